namespace ScaiDrive.Connectors.Sync;

/// <summary>Removes temporary files that a write left behind when it was cut off, and that people then moved on with their directory: no note of an
/// intent leads there any more.</summary>
internal sealed class Leftovers(SyncPass pass)
{
    // Somebody else may be writing one right now; no write takes that long.
    private static readonly TimeSpan Age = TimeSpan.FromDays(1);

    internal async Task RemoveAsync(SourceEntry entry, CancellationToken cancellationToken)
    {
        if (!pass.IsTwoWay || pass.Run.IsDryRun || pass.Source is not IWritableSource source || !SourcePath.IsTemporary(entry.Name))
            return;
        // The date of a file that is written is that of its content, and may be old.
        var last = EntryTimes.Of(Math.Max(entry.ModifiedNs, entry.ChangedNs));
        if (pass.Run.StartedAt - last < Age)
            return;
        try
        {
            await source.RemoveTemporaryAsync(entry.Path, cancellationToken);
        }
        catch (SourceEntryException)
        {
            // It is in nobody's way; the next pass tries again.
        }
    }
}
