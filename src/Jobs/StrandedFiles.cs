using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using ScaiDrive.Extraction;
using ScaiDrive.Queue;
using ScaiDrive.Search.Ledger;
using ScaiDrive.Store;

namespace ScaiDrive.Jobs;

/// <summary>Finds files that the ledger says are on their way while nobody works on them, and says how that came, or starts them again.</summary>
/// <remarks>Their jobs ended where no handler could say so: cancelled by an operator, or given up before a handler began. What
/// it writes is decided under the lock of the file's row, so several workers may do it at once; one at a time is enough.</remarks>
internal sealed class StrandedFiles(
    Database dataSource, FileLedger ledger, JobQueue queue, QueueReader jobs, JobsOptions options, TimeProvider time, ILogger<StrandedFiles> log)
    : BackgroundService
{
    private const int PageSize = 500;

    /// <summary>Pages looked through in one round; the next goes on from there.</summary>
    private const int PagesPerRound = 200;

    private const long LockNumber = 0x5ca1d_0b5;

    // Between two commits of one file there is always a job; this spares the young ones the look.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private (string TenantId, string FileId)? last;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.CheckWaitingEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CheckAsync(Patience, stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // Nothing is lost by looking later; the next round goes on.
                log.LogWarning(fault, "Looking for files that nobody works on failed");
            }
        }
    }

    /// <summary>One round, unless another worker is at it.</summary>
    internal async Task CheckAsync(TimeSpan waitedFor, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // Of the session, not of a transaction: none stays open for the length of a round. A lost connection gives it up.
        if (!await LockAsync("SELECT pg_try_advisory_lock($1)", connection, cancellationToken))
            return;
        try
        {
            for (var page = 0; page < PagesPerRound; page++)
            {
                var files = await ledger.WaitingAsync(last, waitedFor, PageSize, cancellationToken);
                foreach (var ofTenant in files.GroupBy(file => file.TenantId, file => file.FileId))
                {
                    foreach (var fileId in await jobs.IdleSubjectsAsync(ofTenant.Key, [.. ofTenant], FileJobs.Kinds, cancellationToken))
                        await SettleAsync(ofTenant.Key, fileId, cancellationToken);
                }

                last = files.Count < PageSize ? null : files[^1];
                if (last is null)
                    return;
            }
        }
        finally
        {
            await LockAsync("SELECT pg_advisory_unlock($1)", connection, CancellationToken.None);
        }
    }

    private async Task SettleAsync(string tenantId, string fileId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Every handler writes the ledger and enqueues the next job under this lock: what is seen now is between two of them.
        if (await FileLedger.HoldWaitingAsync(transaction, tenantId, fileId, cancellationToken) is not { } file
            || (await jobs.IdleSubjectsAsync(tenantId, [fileId], FileJobs.Kinds, cancellationToken)).Count == 0)
            return;

        await FileLedger.ForgetAsync(transaction, tenantId, fileId, file.Stages, LedgerStates.Pending, cancellationToken);
        if (!file.HasFailed)
            await ExplainAsync(transaction, tenantId, file, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task ExplainAsync(NpgsqlTransaction transaction, string tenantId, WaitingFile file, CancellationToken cancellationToken)
    {
        var page = await jobs.ListAsync(new JobFilter { TenantId = tenantId, SubjectId = file.FileId, Limit = 50 }, cancellationToken);
        var ended = page.Jobs.Where(job => IsAbout(file, job)).MaxBy(job => job.FinishedAt);
        var reason = ended switch
        {
            { State: JobStates.Discarded } => ReasonCodes.AttemptsExhausted,
            { State: JobStates.Cancelled, ErrorCode: not ReasonCodes.Superseded } => ReasonCodes.Cancelled,
            _ => null,
        };
        if (reason is null)
        {
            log.LogWarning("File {FileId} of {TenantId} waited for a job that does not exist; it is read again", file.FileId, tenantId);
            await queue.EnqueueAsync(
                transaction,
                new ExtractText(file.FileId, file.ContentHash),
                FileJobs.Options(ExtractText.Kind, tenantId, file.FileId, file.ContentHash, QueueNames.Low, connector: null),
                cancellationToken);
            return;
        }

        await ledger.RecordAsync(
            transaction,
            new LedgerEntry(tenantId, file.FileId, file.ContentHash, StageOf(ended!.Kind), LedgerStates.Failed)
            {
                ReasonCode = reason,
                Detail = $"{ended.ErrorCode}: {ended.ErrorMessage}",
                Attempt = Math.Max(1, ended.Attempt),
            },
            cancellationToken);
    }

    /// <summary>Of a stage that is to come; before any is known, of whichever was at work.</summary>
    private static bool IsAbout(WaitingFile file, JobRow job) =>
        job.FinishedAt is not null && FileJobs.Kinds.Contains(job.Kind) && (file.Stages.Count == 0 || file.Stages.Contains(StageOf(job.Kind)));

    private static string StageOf(string kind) => kind switch
    {
        _ when kind == RecognizeText.Kind => LedgerStages.Recognize,
        _ when kind == IndexText.Kind => LedgerStages.Index,
        _ when kind == EmbedText.Kind => LedgerStages.Embed,
        _ => LedgerStages.Extract,
    };

    private static async Task<bool> LockAsync(string sql, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = LockNumber } } };
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
