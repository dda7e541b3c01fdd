using System.Diagnostics.Metrics;

namespace ScaiDrive.Drive;

/// <summary>What Drive counts, on the meter <see cref="MeterName"/>. Every counter is tagged <c>tenant_id</c>.</summary>
public static class DriveMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "ScaiDrive.Drive";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Deduplicated =
        Meter.CreateCounter<long>("scaidrive_chunks_deduplicated_total", description: "Chunks not stored again because the tenant has them.");

    private static readonly Counter<long> Uploaded =
        Meter.CreateCounter<long>("scaidrive_uploads_bytes_total", "By", "Bytes taken into the content store, before deduplication.");

    private static readonly Counter<long> Downloaded =
        Meter.CreateCounter<long>("scaidrive_downloads_bytes_total", "By", "Bytes read from files by their id.");

    internal static void ChunkDeduplicated(string tenantId) => Deduplicated.Add(1, Tenant(tenantId));

    internal static void BytesUploaded(string tenantId, long bytes) => Uploaded.Add(bytes, Tenant(tenantId));

    internal static void BytesDownloaded(string tenantId, long bytes) => Downloaded.Add(bytes, Tenant(tenantId));

    private static KeyValuePair<string, object?> Tenant(string tenantId) => new("tenant_id", tenantId);
}
