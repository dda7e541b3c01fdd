using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Search.Ledger;

namespace ScaiDrive.Api.Minimal.Metrics;

/// <summary>Where the files stand on their way into the index, from the ledger's maintained counters.</summary>
public sealed class IndexMetricSource(FileLedger ledger) : IMetricSource
{
    private const string Pending = "scaidrive_vectorization_pending";
    private const string PendingHelp = "Files whose text waits for its vectors.";
    private const string Files = "scaidrive_index_files";
    private const string FilesHelp = "Files by index status; the reason is empty for indexed and pending.";

    /// <inheritdoc />
    public string Name => "index";

    /// <inheritdoc />
    public async Task CollectAsync(MetricFamilies families, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(families);
        var totals = await ledger.TotalsAsync(LocalCaller.TenantId, cancellationToken);
        families.Gauge(Pending, PendingHelp, totals.VectorsPending);
        families.Gauge("scaidrive_vectorization_failed", "Files whose vectors failed.", totals.VectorsFailed);
        families.Gauge("scaidrive_index_chunks", "Text chunks searchable by word.", totals.Chunks);
        families.Gauge("scaidrive_index_vectors", "Text chunks searchable by meaning.", totals.Vectors);
        families.Gauge(Files, FilesHelp, totals.Indexed, ("status", "indexed"), ("reason", ""));
        families.Gauge(Files, FilesHelp, totals.Pending, ("status", "pending"), ("reason", ""));
        foreach (var (reason, files) in totals.Skipped.OrderBy(r => r.Key, StringComparer.Ordinal))
            families.Gauge(Files, FilesHelp, files, ("status", "skipped"), ("reason", reason));
        foreach (var (reason, files) in totals.Failed.OrderBy(r => r.Key, StringComparer.Ordinal))
            families.Gauge(Files, FilesHelp, files, ("status", "failed"), ("reason", reason));
    }

    /// <inheritdoc />
    public void AddUnknown(MetricFamilies families)
    {
        ArgumentNullException.ThrowIfNull(families);
        families.Gauge(Pending, PendingHelp, double.NaN);
    }
}
