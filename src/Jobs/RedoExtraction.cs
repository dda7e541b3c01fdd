using Microsoft.Extensions.Logging;
using ScaiDrive.Queue;
using ScaiDrive.Search.Text;

namespace ScaiDrive.Jobs;

/// <summary>Asks that every file of a tenant whose text is of one of these pipeline versions is read again, in <c>low</c>.</summary>
/// <param name="Versions">What the build that asked for it held to be outdated.</param>
public sealed record RedoExtraction(IReadOnlyList<string> Versions) : IJobArgs
{
    /// <inheritdoc />
    public static string Kind => "redo-extraction";
}

/// <summary>Walks over these files in batches. One that was read again is no longer among them and one that is queued is not
/// queued twice, so a job that was cut off may start over.</summary>
internal sealed class RedoExtractionHandler(OutdatedTexts texts, JobQueue queue) : IJobHandler<RedoExtraction>
{
    public async Task<JobOutcome> RunAsync(RedoExtraction args, JobContext job, CancellationToken cancellationToken)
    {
        var (passed, enqueued) = (0L, 0L);
        OutdatedFile? last = null;
        while (await texts.FilesAsync(job.TenantId, args.Versions, last, OncePerTenant.Batch, cancellationToken) is { Count: > 0 } files)
        {
            last = files[^1];
            await using var transaction = await job.BeginAsync(cancellationToken);
            enqueued += await queue.EnqueueManyAsync(
                transaction.Transaction,
                [.. files.Select(file => (
                    new ExtractText(file.FileId, file.ContentHash, file.PipelineVersion),
                    FileJobs.Options(ExtractText.Kind, job.TenantId, file.FileId, file.ContentHash, QueueNames.Low, connector: null)))],
                cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            passed += files.Count;
            await job.ProgressAsync(passed, null, "enqueueing", cancellationToken);
        }

        await job.LogAsync(LogLevel.Information, $"{enqueued} of {passed} files are read again; the others were queued already", cancellationToken);
        return new JobOutcome.Completed();
    }
}
