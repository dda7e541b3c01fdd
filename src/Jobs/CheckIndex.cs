using Microsoft.Extensions.Logging;
using ScaiDrive.Drive;
using ScaiDrive.Queue;
using ScaiDrive.Search.Index.Auditing;

namespace ScaiDrive.Jobs;

/// <summary>Asks that a tenant's index is compared with its drive, and with itself, and put right.</summary>
public sealed record CheckIndex : IJobArgs
{
    /// <inheritdoc />
    public static string Kind => "check-index";
}

/// <summary>Reads both sides page by page. What differs is looked at once more while it is held: a file that changes in this moment is no drift.</summary>
internal sealed class CheckIndexHandler(
    DriveStore drive, IndexAudit audit, IndexMender mender, UnusedSourceAcls unusedAcls, JobsMetrics metrics, TimeProvider time) : IJobHandler<CheckIndex>
{
    private const int PageSize = 1_000;

    private static readonly TimeSpan UnusedFor = TimeSpan.FromDays(1);

    public async Task<JobOutcome> RunAsync(CheckIndex args, JobContext job, CancellationToken cancellationToken)
    {
        var (startedAt, found) = (time.GetUtcNow(), new Drift());
        var files = await CompareDriveAsync(found, job, cancellationToken);
        await CompareIndexAsync(found, files, job, cancellationToken);
        // Beside the comparison because this looks at all files once a day as well.
        if (await unusedAcls.RemoveAsync(job.TenantId, UnusedFor, cancellationToken) is > 0 and var removed)
            await job.LogAsync(LogLevel.Information, $"{removed} permission lists of sources removed that no file refers to", cancellationToken);

        await using var transaction = await job.BeginAsync(cancellationToken);
        found.Count("counters", await IndexAudit.MendCountersAsync(transaction.Transaction, job.TenantId, cancellationToken));
        await IndexAudit.SaveAsync(transaction.Transaction, job.TenantId, startedAt, files, found.ByKind, cancellationToken);
        var all = string.Join(", ", found.ByKind.Select(kind => $"{kind.Value} {kind.Key}"));
        await job.LogAsync(
            found.ByKind.Count > 0 ? LogLevel.Warning : LogLevel.Information,
            $"{files} files compared; {(all.Length > 0 ? $"mended: {all}" : "all agree")}", cancellationToken);
        await transaction.CommitAndCompleteAsync(cancellationToken);
        metrics.Checked(found.ByKind, time.GetUtcNow());
        return new JobOutcome.Completed();
    }

    private async Task<long> CompareDriveAsync(Drift found, JobContext job, CancellationToken cancellationToken)
    {
        var (passed, last) = (0L, "");
        while (await drive.ListFilesAsync(job.TenantId, last, PageSize, cancellationToken) is { Count: > 0 } page)
        {
            last = page[^1].Id;
            var rows = (await audit.RowsAsync(job.TenantId, [.. page.Select(file => file.Id)], cancellationToken)).ToDictionary(row => row.FileId);
            var suspects = page.Where(file => IndexMender.KindOf(DriveChangesListener.Indexed(file), rows.GetValueOrDefault(file.Id)) is not null).ToList();
            foreach (var part in suspects.Chunk(OncePerTenant.Batch))
                await mender.MendFilesAsync([.. part.Select(file => file.Id)], found, job, cancellationToken);
            passed += page.Count;
            await job.ProgressAsync(passed, null, "comparing with the drive", cancellationToken);
        }

        return passed;
    }

    private async Task CompareIndexAsync(Drift found, long files, JobContext job, CancellationToken cancellationToken)
    {
        var (passed, last) = (0L, "");
        while (await audit.FilesAfterAsync(job.TenantId, last, PageSize, cancellationToken) is { Count: > 0 } page)
        {
            var live = (await drive.FindFilesAsync(job.TenantId, [.. page], cancellationToken)).Select(file => file.Id).ToHashSet();
            if (page.Where(id => !live.Contains(id)).ToList() is { Count: > 0 } extra)
                await mender.RemoveExtraAsync(extra, found, job, cancellationToken);
            if (await audit.FaultsAsync(job.TenantId, last, PageSize, cancellationToken) is { Count: > 0 } faults)
                await mender.MendFaultsAsync([.. faults.Select(fault => fault.FileId)], found, job, cancellationToken);
            last = page[^1];
            passed += page.Count;
            await job.ProgressAsync(passed, files, "comparing the index with itself", cancellationToken);
        }
    }
}

/// <summary>What a check found, by kind.</summary>
internal sealed class Drift
{
    private readonly SortedDictionary<string, long> byKind = new(StringComparer.Ordinal);

    internal IReadOnlyDictionary<string, long> ByKind => byKind;

    internal void Count(string kind, long number = 1)
    {
        if (number > 0)
            byKind[kind] = byKind.GetValueOrDefault(kind) + number;
    }
}
