using Microsoft.Extensions.Logging;
using Npgsql;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Policies;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Ledger;

namespace ScaiDrive.Jobs;

/// <summary>Asks that the files of a tenant follow its rules as they are by now.</summary>
public sealed record ApplyRules : IJobArgs
{
    /// <inheritdoc />
    public static string Kind => "apply-rules";
}

/// <summary>Compares every file with the rules and does or enqueues what is due. A file that was seen to is as the rules want it,
/// so a job that was cut off may start over.</summary>
internal sealed class ApplyRulesHandler(FileStates states, EmbeddingProviders providers, JobQueue queue) : IJobHandler<ApplyRules>
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
                done += await ApplyAsync(transaction.Transaction, rules, due, job, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }

            passed += page.Count;
            await job.ProgressAsync(passed, null, "comparing", cancellationToken);
        }

        return done;
    }

    // A swap changes no rule, but which vectors files are to lose.
    private static bool Same(IndexingRules held, IndexingRules rules) => held.Equal(rules) && held.Spaces.SequenceEqual(rules.Spaces);

    private async Task<int> ApplyAsync(NpgsqlTransaction transaction, IndexingRules rules, string[] fileIds, JobContext job, CancellationToken cancellationToken)
    {
        // As they are under the lock: a job may have brought one of them further since the page was read.
        var due = (await FileStates.HoldAsync(transaction, job.TenantId, fileIds, cancellationToken))
            .Select(file => (File: file, Rework: FileRework.Of(rules, file))).Where(one => one.Rework.IsDue).ToList();
        List<FileState> Of(Func<FileRework, bool> wants) => [.. due.Where(one => wants(one.Rework)).Select(one => one.File)];
        string[] Ids(Func<FileRework, bool> wants) => [.. Of(wants).Select(file => file.FileId)];

        await ReworkWriter.ExcludeAsync(transaction, job.TenantId, Ids(rework => rework.Exclude), cancellationToken);
        await ReworkWriter.ReadmitAsync(transaction, job.TenantId, Ids(rework => rework.Extract), cancellationToken);
        await ReworkWriter.SkipVectorsAsync(transaction, job.TenantId, Ids(rework => rework.SkipVectors), cancellationToken);
        await ReworkWriter.AwaitVectorsAsync(transaction, job.TenantId, Ids(rework => rework.Embed is not null), cancellationToken);
        await ReworkWriter.DropVectorsAsync(
            transaction, job.TenantId, [.. due.SelectMany(one => one.Rework.DropModels.Select(model => (one.File.FileId, model)))], cancellationToken);
        if (Ids(rework => rework.Recognize) is { Length: > 0 } images)
            await FileLedger.ReopenOcrDisabledAsync(transaction, job.TenantId, images, cancellationToken);

        await EnqueueAsync(transaction, Of(rework => rework.Extract), file => new ExtractText(file.FileId, file.ContentHash), job, cancellationToken);
        await EnqueueAsync(transaction, Of(rework => rework.Recognize), file => new RecognizeText(file.FileId, file.ContentHash), job, cancellationToken);
        await FilesAgain.EmbedAsync(queue, transaction, job.TenantId, rules, Of(rework => rework.Embed is not null), QueueNames.Low, cancellationToken);
        return due.Count;
    }

    private async Task EnqueueAsync<T>(
        NpgsqlTransaction transaction, List<FileState> files, Func<FileState, T> args, JobContext job, CancellationToken cancellationToken)
        where T : IJobArgs
    {
        if (files.Count > 0)
        {
            await queue.EnqueueManyAsync(
                transaction,
                [.. files.Select(file => (args(file), FileJobs.Options(T.Kind, job.TenantId, file.FileId, file.ContentHash, QueueNames.Low, connector: null)))],
                cancellationToken);
        }
    }
}
