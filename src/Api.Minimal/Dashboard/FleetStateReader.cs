using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using ScaiDrive.Drive;
using ScaiDrive.Extraction;
using ScaiDrive.Queue;
using ScaiDrive.Search.Ledger;

namespace ScaiDrive.Api.Minimal.Dashboard;

/// <summary>Reads what the panels show: five bounded queries, none of which counts a big table.</summary>
internal sealed class FleetStateReader(
    QueueReader queues, FileLedger ledger, DriveStore drive, TimeProvider time, ILogger<FleetStateReader> log)
{
    private const int RunningShown = 10;
    private const int FailuresShown = 10;
    private const int ReasonsShown = 8;

    /// <summary>The state now; <see cref="FleetState.Unreadable"/> while the database does not answer.</summary>
    internal async Task<FleetState> ReadAsync(FleetView view, CancellationToken cancellationToken)
    {
        try
        {
            var tenantId = view.TenantId;
            var depths = await queues.DepthsAsync(cancellationToken);
            var totals = await ledger.TotalsAsync(tenantId, cancellationToken);
            var running = await queues.RunningAsync(tenantId, RunningShown, cancellationToken);
            var failures = await queues.FailuresAsync(tenantId, FailuresShown, cancellationToken);
            var paths = view.ShowsPaths ? await PathsAsync(tenantId, [.. running, .. failures], cancellationToken) : [];
            return new FleetState
            {
                Queues = depths,
                Files = new FileTotals(totals.Files, totals.Indexed, totals.Pending, totals.Skipped.Values.Sum(), totals.Failed.Values.Sum()),
                Reasons = [.. Reasons("skipped", totals.Skipped).Concat(Reasons("failed", totals.Failed))
                    .OrderByDescending(r => r.Files).ThenBy(r => r.Code, StringComparer.Ordinal).Take(ReasonsShown)],
                Running = [.. running.Select(job => Line(job, paths))],
                Failures = [.. failures.Select(job => Line(job, paths))],
            };
        }
        catch (Exception fault) when (fault is DbException or SocketException or TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            log.LogWarning("The state of the fleet could not be read: {Reason}", fault.Message);
            return FleetState.Unreadable;
        }
    }

    private static IEnumerable<ReasonCount> Reasons(string outcome, IReadOnlyDictionary<string, long> counts) =>
        counts.Select(c => new ReasonCount(c.Key, outcome, c.Value, ReasonCodes.Hints.GetValueOrDefault(c.Key, "")));

    private JobLine Line(JobRow job, Dictionary<string, string> paths) => new(
        job,
        job.SubjectId is null ? job.Connector ?? "" : paths.GetValueOrDefault(job.SubjectId, job.SubjectId),
        job.StartedAt is { } started ? Math.Max(0, (time.GetUtcNow() - started).TotalSeconds) : 0);

    private async Task<Dictionary<string, string>> PathsAsync(string tenantId, IEnumerable<JobRow> jobs, CancellationToken cancellationToken)
    {
        var ids = jobs.Select(j => j.SubjectId).OfType<string>().Where(id => id.StartsWith("fil_", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToArray();
        return ids.Length == 0
            ? []
            : (await drive.FindFilesAsync(tenantId, ids, cancellationToken)).ToDictionary(f => f.Id, f => f.Path, StringComparer.Ordinal);
    }
}
