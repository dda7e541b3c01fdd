using System.Globalization;

namespace ScaiDrive.Connectors.Sync.Pushing;

/// <summary>Puts right what an attempt that broke off has left at the source: temporary files go, what was parked is known under its new name.</summary>
internal sealed class IntentSweep(SyncPass pass, IWritableSource source)
{
    /// <summary>The name of an entry that waits for its place, told by its row.</summary>
    internal static string ParkedName(long rowId) => string.Create(CultureInfo.InvariantCulture, $"{ParkedStart}{rowId}");

    private const string ParkedStart = ".moving-";

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await pass.Snapshot.IntentsAsync(cancellationToken) is not { Count: > 0 } intents)
            return;
        var parked = new List<(SnapshotRow Row, SourceEntry Entry)>();
        var settled = new List<string>();
        foreach (var intent in intents)
        {
            try
            {
                if (intent.Action != "park")
                    await source.RemoveTemporaryAsync(intent.Temporary!, cancellationToken);
                else if (await FindParkedAsync(intent.Path, intent.Temporary!, cancellationToken) is { } found)
                    parked.Add(found);
                settled.Add(intent.Temporary!);
            }
            catch (SourceEntryException fault)
            {
                // It stays noted: a file that gave way must not stay hidden because the source was in trouble twice.
                pass.AddNote(intent.Path, fault.Fault);
            }
        }

        await pass.CommitAsync(
            (_, rows) =>
            {
                foreach (var (row, entry) in parked)
                    rows.SetPlace(row, row.ParentId, entry);
                rows.ForgetIntents([.. settled]);
                return Task.CompletedTask;
            },
            cancellationToken);
    }

    private async Task<(SnapshotRow Row, SourceEntry Entry)?> FindParkedAsync(string from, string to, CancellationToken cancellationToken)
    {
        var rowId = long.Parse(SourcePath.NameOf(to)[ParkedStart.Length..], CultureInfo.InvariantCulture);
        if (await pass.Snapshot.FindAsync(rowId, cancellationToken) is not { } row || row.Name != SourcePath.NameOf(from))
            return null;
        return await source.StatAsync(to, cancellationToken) is { } entry && entry.Identity == row.Identity ? (row, entry) : null;
    }
}
