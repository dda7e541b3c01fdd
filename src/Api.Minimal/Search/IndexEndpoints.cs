using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Permissions;
using ScaiDrive.Drive;
using ScaiDrive.Queue;
using ScaiDrive.Search;
using ScaiDrive.Search.Ledger;
using ScaiDrive.Search.Text;

namespace ScaiDrive.Api.Minimal.Search;

/// <summary>What an admin asks when a file is not found: is it indexed, is search up, does work wait.</summary>
internal static class IndexEndpoints
{
    extension(IEndpointRouteBuilder search)
    {
        internal void MapIndexState()
        {
            search.MapGet("/index-status/{file_id}", IndexStatusAsync).WithName("GetIndexStatus")
                .WithSummary("Whether a file is found by its content, and if not, why and what to do");
            search.MapGet("/health", HealthAsync).WithName("GetSearchHealth").WithSummary("Live probes of the parts of search; always 200");
            search.MapGet("/queue", QueueAsync).WithName("GetIndexQueue").WithSummary("How much indexing work waits, and for how long");
            search.MapGet("/stats", StatsAsync).WithName("GetSearchStats").WithSummary("Totals of the tenant's index");
        }
    }

    internal static async Task<Results<Ok<IndexStatusAnswer>, ErrorResult>> IndexStatusAsync(
        [FromRoute(Name = "file_id")] string fileId, Caller caller, ResourceGate gate, FileLedger ledger, ExtractedTextStore texts,
        CancellationToken cancellationToken)
    {
        var (file, error) = await gate.FileAsync(caller, fileId, Rights.Read, cancellationToken);
        if (file is null)
            return (ErrorResult)error!;

        // A file whose first job has not run yet is unknown to the ledger: it waits.
        var status = await ledger.FindAsync(caller.TenantId, fileId, cancellationToken)
            ?? new FileStatus(fileId, "pending", false, null, null, 0, null, null, []);
        return TypedResults.Ok(new IndexStatusAnswer
        {
            FileId = fileId,
            Indexed = status.Indexed,
            Status = status.Status,
            ReasonCode = status.ReasonCode,
            Hint = status.Hint,
            // What an indexed file skipped is no error: it stands among the notes.
            Error = status.Stages.LastOrDefault(s => s.State == LedgerStates.Failed || (s.State == LedgerStates.Skipped && !status.Indexed))?.Detail,
            Notes = [.. status.Stages.Where(s => status.Indexed && s is { State: not LedgerStates.Failed, ReasonCode: not null })
                .Select(s => new NoteItem(s.Stage, s.ReasonCode!, s.Hint, s.Detail))],
            Document = DocumentItem.From(await texts.FindMetadataAsync(caller.TenantId, file.ChecksumSha256, cancellationToken)),
            ChunkCount = status.ChunkCount,
            IndexedAt = status.IndexedAt,
            VectorizedAt = status.VectorizedAt,
            Stages = [.. status.Stages.Select(s => new StageItem(
                s.Stage, s.State, s.ReasonCode, s.Hint, s.Detail, s.Engine, s.EngineVersion, s.Pages, s.Bytes, s.Duration?.TotalSeconds, s.Attempt, s.RecordedAt))],
        });
    }

    internal static async Task<Ok<SearchHealthAnswer>> HealthAsync(Caller caller, SearchHealth health, CancellationToken cancellationToken)
    {
        var report = await health.ProbeAsync(caller.TenantId, cancellationToken);
        return TypedResults.Ok(new SearchHealthAnswer
        {
            Status = report is { VectorStoreConnected: true, EmbeddingServiceAvailable: true } ? "healthy" : "degraded",
            WeaviateConnected = report.VectorStoreConnected,
            EmbeddingServiceAvailable = report.EmbeddingServiceAvailable,
            Details = report.Details,
        });
    }

    internal static async Task<Ok<QueueAnswer>> QueueAsync(Caller caller, QueueReader queues, FileLedger ledger, CancellationToken cancellationToken)
    {
        var depths = await queues.DepthsAsync(cancellationToken);
        var totals = await ledger.TotalsAsync(caller.TenantId, cancellationToken);
        return TypedResults.Ok(new QueueAnswer
        {
            Depth = depths.Sum(d => d.Depth),
            OldestAgeSeconds = depths.Select(d => d.OldestAgeSeconds).DefaultIfEmpty().Max(),
            PendingFiles = totals.Pending,
            PendingVectors = totals.VectorsPending,
            Queues = [.. depths.Select(d => new QueueItem(d.Queue, d.Depth, d.OldestAgeSeconds, d.Running, d.Scheduled, d.Retryable, d.Discarded))],
        });
    }

    internal static async Task<Ok<StatsAnswer>> StatsAsync(Caller caller, FileLedger ledger, CancellationToken cancellationToken)
    {
        var totals = await ledger.TotalsAsync(caller.TenantId, cancellationToken);
        return TypedResults.Ok(new StatsAnswer
        {
            TotalFiles = totals.Files,
            IndexedFiles = totals.Indexed,
            PendingFiles = totals.Pending,
            SkippedFiles = totals.Skipped,
            FailedFiles = totals.Failed,
            TotalChunks = totals.Chunks,
            TotalVectors = totals.Vectors,
        });
    }
}
