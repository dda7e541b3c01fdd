using Microsoft.Extensions.Logging;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Policies;
using ScaiDrive.Search.Embedding.Providers;

namespace ScaiDrive.Jobs;

/// <summary>Asks that the files of a tenant follow its rules as they are by now.</summary>
public sealed record ApplyRules : IJobArgs
{
    /// <inheritdoc />
    public static string Kind => "apply-rules";
}

/// <summary>Compares every file with the rules and does or enqueues what is due. A file that was seen to is as the rules want it,
/// so a job that was cut off may start over.</summary>
internal sealed class ApplyRulesHandler(FileStates states, EmbeddingProviders providers, FilesUnderRules files, JobQueue queue) : IJobHandler<ApplyRules>
{
    private const int PageSize = 2_000;

    public async Task<JobOutcome> RunAsync(ApplyRules args, JobContext job, CancellationToken cancellationToken)
    {
        while (true)
        {
            var rules = await providers.ReadRulesAsync(job.TenantId, cancellationToken);
            if (await WalkAsync(rules, job, cancellationToken) is not { } done)
                continue;

            // A rule changed meanwhile, for files already passed, found this job unfinished and started none of its own.
            await using var transaction = await job.BeginAsync(cancellationToken);
            if (!Same(await providers.HoldRulesAsync(transaction.Transaction, job.TenantId, cancellationToken), rules))
                continue;
            await queue.EnqueueAsync(transaction.Transaction, new SwapVectorSpaces(), job.TenantId, cancellationToken);
            await job.LogAsync(LogLevel.Information, $"{done} files follow the rules", cancellationToken);
            await transaction.CommitAndCompleteAsync(cancellationToken);
            return new JobOutcome.Completed();
        }
    }

    /// <returns>How many files something was done for; null when the rules changed on the way.</returns>
    private async Task<long?> WalkAsync(IndexingRules rules, JobContext job, CancellationToken cancellationToken)
    {
        var (passed, done, last) = (0L, 0L, "");
        while (await states.PageAsync(job.TenantId, last, PageSize, cancellationToken) is { Count: > 0 } page)
        {
            last = page[^1].FileId;
            foreach (var due in page.Where(file => FileRework.Of(rules, file).IsDue).Select(file => file.FileId).Chunk(OncePerTenant.Batch))
            {
                await using var transaction = await job.BeginAsync(cancellationToken);
                if (!Same(await providers.HoldRulesAsync(transaction.Transaction, job.TenantId, cancellationToken), rules))
                    return null;
                done += await files.ApplyAsync(transaction.Transaction, rules, due, job, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }

            passed += page.Count;
            await job.ProgressAsync(passed, null, "comparing", cancellationToken);
        }

        return done;
    }

    // A swap changes no rule, but which vectors files are to lose.
    private static bool Same(IndexingRules held, IndexingRules rules) => held.Equal(rules) && held.Spaces.SequenceEqual(rules.Spaces);
}
