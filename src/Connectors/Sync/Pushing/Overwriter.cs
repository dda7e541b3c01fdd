using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Sync.Pushing;

/// <summary>Where the source follows the share, a file that it has of its own gives way to one of that name; its content becomes an older version first.</summary>
internal sealed class Overwriter(SyncPass pass, IWritableSource source, ContentStore contents)
{
    internal async Task TryAsync(Sending one, CancellationToken cancellationToken)
    {
        if (one is not { Row: null, Fault.Code: ProblemCodes.ChangedMeanwhile })
            return;
        try
        {
            if (await source.StatAsync(one.Path, cancellationToken) is not { Kind: SourceEntryKind.File } present)
                return;
            if (!pass.Admits(present))
            {
                (one.Written, one.IsLeftAlone) = (null, true);
                one.Fault = new SourceFault(ProblemCodes.NameConflict, "The source has a hidden or system file of this name, which the rules leave out.");
                return;
            }

            if (!pass.Follows(SyncDirection.FromScaiDrive) || one.Written is not null)
                return;
            var there = await KeepAsync(one, cancellationToken);
            await using var content = await pass.Drive.OpenContentByHashAsync(pass.Connector.TenantId, one.File.ChecksumSha256, cancellationToken);
            one.Written = await source.WriteAsync(one.Path, content, one.File.ModifiedAt, there, one.TemporaryName, cancellationToken);
            one.Fault = null;
        }
        catch (SourceEntryException fault)
        {
            one.Fault = fault.Fault;
        }
        catch (Exception fault) when (fault is ContentTooLargeException or ContentMissingException)
        {
            one.Fault = new SourceFault(fault is ContentTooLargeException ? ProblemCodes.TooLarge : ProblemCodes.Refused, fault.Message);
        }
    }

    private async Task<SourceEntry> KeepAsync(Sending one, CancellationToken cancellationToken)
    {
        StoredContent old;
        SourceEntry seen;
        await using (var opened = await source.OpenAsync(one.Path, cancellationToken))
        {
            old = await contents.WriteAsync(pass.Connector.TenantId, opened.Content, pass.Options.MaxFileBytes, cancellationToken);
            seen = opened.Opened;
        }

        await using var present = await pass.Drive.OpenContentByHashAsync(pass.Connector.TenantId, one.File.ChecksumSha256, cancellationToken);
        var again = await contents.WriteAsync(pass.Connector.TenantId, present, null, cancellationToken);
        await pass.CommitAsync(
            async (drive, _) =>
            {
                await drive.AddVersionAsync(one.File.Id, old, one.File.MimeType, EntryTimes.Of(seen.ModifiedNs), cancellationToken);
                await drive.AddVersionAsync(one.File.Id, again, one.File.MimeType, one.File.ModifiedAt, cancellationToken);
            },
            cancellationToken);
        return seen;
    }
}
