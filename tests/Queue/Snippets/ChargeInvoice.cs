using Microsoft.Extensions.Logging;
using Npgsql;

namespace ScaiDrive.Queue.Tests.Snippets;

/// <summary>Asks for the charge of one invoice.</summary>
/// <param name="InvoiceId">As stored.</param>
/// <param name="Cents">What is owed.</param>
public sealed record ChargeInvoice(string InvoiceId, long Cents) : IJobArgs
{
    public static string Kind => "charge-invoice";
}

public sealed class ChargeInvoiceHandler(Bank bank) : IJobHandler<ChargeInvoice>
{
    public async Task<JobOutcome> RunAsync(ChargeInvoice args, JobContext job, CancellationToken cancellationToken)
    {
        try
        {
            // Outside the database: cannot be fenced, so it must be safe to repeat. The invoice names the charge.
            var receipt = await bank.ChargeAsync(idempotencyKey: args.InvoiceId, args.Cents, cancellationToken);
            await job.LogAsync(LogLevel.Information, $"Charged under {receipt}.", cancellationToken);

            // Inside: the row and the end of the job are one commit, and there is none if the lease is lost.
            await using var fenced = await job.BeginAsync(cancellationToken);
            await using (var insert = new NpgsqlCommand("INSERT INTO receipt (invoice, number) VALUES ($1, $2)", fenced.Transaction.Connection, fenced.Transaction))
            {
                insert.Parameters.Add(new() { Value = args.InvoiceId });
                insert.Parameters.Add(new() { Value = receipt });
                await insert.ExecuteNonQueryAsync(cancellationToken);
            }

            await fenced.CommitAndCompleteAsync(cancellationToken);
            return new JobOutcome.Completed();
        }
        catch (BankIsBusyException busy)
        {
            // Nobody else asks either until then; the job keeps its place and its attempt.
            return new JobOutcome.Throttled(busy.RetryAfter, "The bank asked to wait.", "key:bank");
        }
        catch (AccountClosedException)
        {
            // Trying again would not change it.
            return new JobOutcome.Cancelled("account_closed", "The account is closed.");
        }
    }
}
