using ScaiDrive.Search.Ledger;

namespace ScaiDrive.Search;

/// <summary>The size of a tenant's index.</summary>
/// <param name="Files">Files findable by name.</param>
/// <param name="Indexed">Files findable by content.</param>
/// <param name="Chunks">Chunks searchable by word.</param>
/// <param name="Vectors">Chunks searchable by meaning.</param>
public sealed record IndexSize(long Files, long Indexed, long Chunks, long Vectors);

/// <summary>Tells the size of the index from maintained counters.</summary>
public sealed class SearchStats(FileLedger ledger)
{
    /// <summary>The size of the tenant's index; the cost does not grow with it.</summary>
    public async Task<IndexSize> ReadAsync(string tenantId, CancellationToken cancellationToken)
    {
        var totals = await ledger.TotalsAsync(tenantId, cancellationToken);
        return new(totals.Files, totals.Indexed, totals.Chunks, totals.Vectors);
    }
}
