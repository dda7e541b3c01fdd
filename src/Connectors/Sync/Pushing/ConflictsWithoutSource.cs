using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Connectors.Sync.Merging;

namespace ScaiDrive.Connectors.Sync.Pushing;

/// <summary>Ends open conflicts that no walk meets any more: the file at the source is gone, and no row tells of it. Their files are sent again.</summary>
internal sealed class ConflictsWithoutSource(SyncPass pass, IWritableSource source, ConflictStore conflicts)
{
    private const int PerRead = 500;

    internal async Task CloseAsync(CancellationToken cancellationToken)
    {
        var (connector, before) = (pass.Connector, (string?)null);
        while (await conflicts.ListAsync(connector.TenantId, connector.Id, Conflict.Open, before, PerRead, cancellationToken) is { Count: > 0 } page)
        {
            before = page[^1].Id;
            var over = await OverAsync(page, cancellationToken);
            if (over.Count == 0)
                continue;
            await pass.CommitAsync(
                (_, rows) =>
                {
                    foreach (var one in over)
                        new ConflictReport(pass, rows).Ended(one, "The file of the source is gone; that of ScaiDrive goes on.", null);
                    return Task.CompletedTask;
                },
                cancellationToken);
        }
    }

    private async Task<List<Conflict>> OverAsync(IReadOnlyList<Conflict> page, CancellationToken cancellationToken)
    {
        // Two names of the share are told by the share alone.
        var asked = page.Where(one => one.Kind != ConflictKinds.Case).ToList();
        var known = (await pass.Snapshot.OfFilesAsync([.. asked.Select(one => one.FileId).OfType<string>()], cancellationToken))
            .Select(row => row.FileId!).ToHashSet();
        var over = new List<Conflict>();
        foreach (var one in asked.Where(one => one.FileId is null || !known.Contains(one.FileId)))
        {
            try
            {
                if (await source.StatAsync(one.Path, cancellationToken) is null)
                    over.Add(one);
            }
            catch (SourceEntryException)
            {
                // Not known now; the next pass asks again.
            }
        }

        return over;
    }
}
