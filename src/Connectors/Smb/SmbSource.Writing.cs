using ScaiDrive.Connectors.Smb.Agent;

namespace ScaiDrive.Connectors.Smb;

/// <summary>Writing to the share. What has a path is compared by file id, size and times right before it is touched.</summary>
/// <remarks>SMB can rename over another file in one step, libsmbclient cannot: it deletes the other one first. So the old file gives way to a temporary
/// name, from which it comes back should anything fail, and is deleted last. Nor can the library ask the server to write through to its disk.</remarks>
internal sealed partial class SmbSource
{
    private const int WriteBlock = 256 << 10;

    /// <inheritdoc />
    public NameRules Names => NameRules.Windows;

    /// <inheritdoc />
    public async Task<SourceEntry> WriteAsync(
        string path, Stream content, DateTimeOffset modifiedAt, SourceEntry? replaces, string temporaryName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ReplacedFile.RequireTemporary(temporaryName);
        if (replaces is { } old && old.Attributes.HasFlag(SourceAttributes.ReadOnly))
            throw new SourceEntryException(path, new SourceFault(ProblemCodes.AccessDenied, "NT_STATUS_CANNOT_DELETE: it is marked as read-only."));
        var temporary = SourcePath.Combine(SourcePath.DirectoryOf(path), temporaryName);
        await using var lease = await pool.LeaseAsync(cancellationToken);
        // Told before the bytes are carried over, and made sure of when they are there.
        await CompareAsync(lease, path, replaces, cancellationToken);
        try
        {
            await FillAsync(lease, path, temporary, content, cancellationToken);
            await lease.DoAsync(AgentFrame.SetDate, path, AgentLease.NumberAndPath((modifiedAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, temporary), cancellationToken);
            if (replaces is not null)
                await new ReplacedFile(lease, path).LendLooksAsync(temporary, replaces, cancellationToken);
            await CompareAsync(lease, path, replaces, cancellationToken);
            if (replaces is null)
                await lease.DoAsync(AgentFrame.Rename, path, AgentLease.Texts(temporary, path), CancellationToken.None);
            else
                await new ReplacedFile(lease, path).GiveWayAsync(temporary, replaces, entries);
        }
        catch (Exception fault) when (fault is not SourceEntryException { Fault.Code: ProblemCodes.AgentCrashed or ProblemCodes.TimedOut } and not OperationCanceledException)
        {
            await TryRemoveAsync(lease, temporary);
            throw;
        }

        return await ThereAsync(lease, path, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<SourceEntry> MakeDirectoryAsync(string path, CancellationToken cancellationToken)
    {
        await using var lease = await pool.LeaseAsync(cancellationToken);
        try
        {
            await lease.DoAsync(AgentFrame.MakeDirectory, path, AgentLease.PathBytes(path), cancellationToken);
        }
        catch (SourceEntryException fault) when (fault.Fault.Code == ProblemCodes.ChangedMeanwhile)
        {
            // Something has the name; a directory is as good.
        }

        var made = await ThereAsync(lease, path, cancellationToken);
        return made.Kind == SourceEntryKind.Directory ? made : throw Changed(path, "something else has the name");
    }

    /// <inheritdoc />
    public async Task<SourceEntry> MoveAsync(SourceEntry entry, string to, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        await using var lease = await pool.LeaseAsync(cancellationToken);
        await CompareAsync(lease, entry.Path, entry, cancellationToken);
        // Where names ignore case, a change of case alone finds the name taken, by itself.
        if (await LookAsync(lease, to, cancellationToken) is { } taken && (taken.Identity != entry.Identity || !IsSameButForCase(entry.Path, to)))
            throw Changed(to, "something has the name by now");
        await lease.DoAsync(AgentFrame.Rename, entry.Path, AgentLease.Texts(entry.Path, to), cancellationToken);
        return await ThereAsync(lease, to, cancellationToken);
    }

    /// <inheritdoc />
    public async Task DeleteAsync(SourceEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        await using var lease = await pool.LeaseAsync(cancellationToken);
        if (await LookAsync(lease, entry.Path, cancellationToken) is null)
            return;
        await CompareAsync(lease, entry.Path, entry, cancellationToken);
        var isDirectory = entry.Kind == SourceEntryKind.Directory;
        try
        {
            await lease.DoAsync(isDirectory ? AgentFrame.RemoveDirectory : AgentFrame.Unlink, entry.Path, AgentLease.PathBytes(entry.Path), cancellationToken);
        }
        catch (SourceEntryException fault) when (fault.Fault.Code == ProblemCodes.Vanished)
        {
            // Somebody was faster.
        }
    }

    /// <inheritdoc />
    public async Task RemoveTemporaryAsync(string path, CancellationToken cancellationToken)
    {
        ReplacedFile.RequireTemporary(SourcePath.NameOf(path));
        List<(string Name, RemoteEntry Entry)> listing;
        try
        {
            listing = await FetchAsync(SourcePath.DirectoryOf(path), null, cancellationToken);
        }
        catch (SourceEntryException fault) when (fault.Fault.Code == ProblemCodes.Vanished)
        {
            return;
        }

        await using var lease = await pool.LeaseAsync(cancellationToken);
        await ReplacedFile.PutBackAsync(lease, path, listing, entries, cancellationToken);
        await RemoveAsync(lease, path, cancellationToken);
    }

    private async Task FillAsync(AgentLease lease, string path, string temporary, Stream content, CancellationToken cancellationToken)
    {
        await lease.SendAsync(AgentFrame.Create, path, AgentLease.PathBytes(temporary), cancellationToken);
        var buffer = new byte[WriteBlock];
        try
        {
            while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                await pool.Rate.TakeAsync(count, cancellationToken);
                await lease.SendAsync(AgentFrame.Bytes, path, buffer.AsMemory(0, count), cancellationToken);
            }
        }
        catch (Exception fault) when (fault is not (SourceEntryException or ConnectorException or OperationCanceledException))
        {
            // It is the content that broke off: the agent is well, and still has the file open.
            await TryFinishAsync(lease, path);
            throw;
        }

        _ = await lease.LookAsync(AgentFrame.Finish, path, default, cancellationToken);
    }

    private static async Task TryFinishAsync(AgentLease lease, string path)
    {
        try
        {
            _ = await lease.LookAsync(AgentFrame.Finish, path, default, CancellationToken.None);
        }
        catch (Exception fault) when (fault is SourceEntryException or ConnectorException)
        {
            // Why the content broke off is told.
        }
    }

    /// <summary>Fails unless what has the name is what the caller knows; null stands for nothing.</summary>
    private async Task CompareAsync(AgentLease lease, string path, SourceEntry? known, CancellationToken cancellationToken)
    {
        var now = await LookAsync(lease, path, cancellationToken);
        if (known is null && now is not null)
            throw Changed(path, "something has the name by now");
        if (known is not null && now is null)
            throw Changed(path, "it is not there any more");
        if (known is not null && !ReplacedFile.IsAsKnown(now!, known))
            throw Changed(path, "it is not as it was last seen");
    }

    private async Task<SourceEntry?> LookAsync(AgentLease lease, string path, CancellationToken cancellationToken) =>
        await lease.LookAsync(AgentFrame.Stat, path, AgentLease.PathBytes(path), cancellationToken) is { } entry ? entries.Of(path, entry) : null;

    private async Task<SourceEntry> ThereAsync(AgentLease lease, string path, CancellationToken cancellationToken) =>
        await LookAsync(lease, path, cancellationToken) ?? throw Changed(path, "it was taken away at once");

    private static async Task TryRemoveAsync(AgentLease lease, string path)
    {
        try
        {
            await RemoveAsync(lease, path, CancellationToken.None);
        }
        catch (Exception fault) when (fault is SourceEntryException or ConnectorException)
        {
            // The caller has noted the name, and removes it later.
        }
    }

    private static async Task RemoveAsync(AgentLease lease, string path, CancellationToken cancellationToken)
    {
        try
        {
            await lease.DoAsync(AgentFrame.Unlink, path, AgentLease.PathBytes(path), cancellationToken);
        }
        catch (SourceEntryException fault) when (fault.Fault.Code == ProblemCodes.Vanished)
        {
            // As good.
        }
    }

    private static bool IsSameButForCase(string path, string other) => path != other && string.Equals(path, other, StringComparison.OrdinalIgnoreCase);

    private static SourceEntryException Changed(string path, string why) => ReplacedFile.Changed(path, why);
}
