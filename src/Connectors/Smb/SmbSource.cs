using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using ScaiDrive.Connectors.Smb.Agent;

namespace ScaiDrive.Connectors.Smb;

/// <summary>A share of an SMB server as a source, through agents: child processes that run libsmbclient.</summary>
/// <remarks>
/// <para>Identity is the file id that the server gives out. Times are the server's, in steps of 100 ns; Samba repeats the last write as the last change,
/// so there a change that hides behind the old size and date is not seen.</para>
/// <para>A small file is read with one request to an agent, its facts before and after included. A large one holds an agent until it is closed.</para>
/// </remarks>
internal sealed partial class SmbSource : IWritableSource, ISourceWithPermissions, IWatchableSource, ISourceWithSession
{
    /// <summary>Files up to this size are read at once, and kept in memory meanwhile.</summary>
    internal const int DefaultAtOnce = 256 << 10;

    private readonly AgentPool pool;
    private readonly SmbEntries entries;
    private readonly ListedFiles listedFiles = new();

    internal SmbSource(AgentPool pool)
    {
        this.pool = pool;
        entries = new SmbEntries(pool.Settings.Dfs);
    }

    /// <summary>Largest size that is read at once.</summary>
    internal int AtOnce { get; init; } = DefaultAtOnce;

    /// <summary>Whether the agents stay when this source is disposed, for others that share them.</summary>
    internal bool LeavesPoolOpen { get; init; }

    internal AgentPool Pool => pool;

    /// <inheritdoc />
    public async Task<string> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await LookAtRootAsync(cancellationToken);
        }
        catch (ConnectorException fault) when (fault.InnerException is SourceEntryException { Fault.Code: ProblemCodes.AgentCrashed })
        {
            // An agent that dies costs one item at most, never the run; this is no item.
            return await LookAtRootAsync(cancellationToken);
        }
    }

    private async Task<string> LookAtRootAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await StatAsync("", cancellationToken) is { Kind: SourceEntryKind.Directory } root)
                return root.Identity;
        }
        catch (SourceEntryException fault)
        {
            throw new ConnectorException(ConnectorCodes.SourceOffline, $"The root of the share cannot be looked at: {fault.Fault.Detail}", fault);
        }

        throw new ConnectorException(ConnectorCodes.SourceOffline, $"'{pool.Settings.BasePath}' is not a directory of the share '{pool.Settings.ShareName}'.");
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<SourceEntry> ListAsync(string directory, string? fromName, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // All of it is fetched first: the walk holds one listing per level, and must not hold an agent for each.
        var listing = await FetchAsync(directory, fromName, cancellationToken);
        listing.Sort(static (left, right) => SourcePath.CompareNames(left.Name, right.Name));
        foreach (var (name, facts) in listing)
        {
            var entry = entries.Of(SourcePath.Combine(directory, name), facts);
            if (entry.Kind == SourceEntryKind.File && facts.SizeBytes <= AtOnce)
                listedFiles.Add(entry.Path, facts);
            yield return entry;
        }
    }

    /// <inheritdoc />
    public async Task<SourceEntry?> StatAsync(string path, CancellationToken cancellationToken)
    {
        await using var lease = await pool.LeaseAsync(cancellationToken);
        return await lease.LookAsync(AgentFrame.StatExactly, path, AgentLease.PathBytes(path), cancellationToken) is { } entry ? entries.Of(path, entry) : null;
    }

    /// <inheritdoc />
    public async Task<SourceSession> LookAtSessionAsync(CancellationToken cancellationToken)
    {
        await using var lease = await pool.LeaseAsync(cancellationToken);
        using var answer = await lease.AskAsync(AgentFrame.Session, "", default, cancellationToken);
        var protocol = answer.Payload[0] switch
        {
            // Only the newest version signs with GMAC, and only with version 3 came CMAC.
            2 => "SMB 3.1.1",
            1 => "SMB 3.0 or later",
            0 => "SMB 2.0.2 or 2.1",
            _ => null,
        };
        return new SourceSession(
            protocol, answer.Payload[2] != 0 ? SessionProtection.Encryption : answer.Payload[1] != 0 ? SessionProtection.Signing : SessionProtection.None);
    }

    /// <inheritdoc />
    public async Task<ISourceContent> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var lease = await pool.LeaseAsync(cancellationToken);
        try
        {
            var answer = await lease.AskAsync(AgentFrame.Read, path, AgentLease.FileToRead(path, AtOnce, listedFiles.Take(path)), cancellationToken);
            if (answer.Kind == AgentFrame.Opened)
            {
                using (answer)
                    return new LargeContent(lease, pool, entries, path, RemoteEntry.Read(answer.Payload));
            }

            await lease.DisposeAsync();
            await pool.Rate.TakeAsync(answer.Length, cancellationToken);
            return new SmallContent(answer, entries, path);
        }
        catch
        {
            await lease.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => LeavesPoolOpen ? ValueTask.CompletedTask : pool.DisposeAsync();

    private async Task<List<(string Name, RemoteEntry Entry)>> FetchAsync(string directory, string? fromName, CancellationToken cancellationToken)
    {
        await using var lease = await pool.LeaseAsync(cancellationToken);
        try
        {
            return await FetchAsync(lease, directory, fromName, cancellationToken);
        }
        catch (ConnectorException) when (lease.HasExpired)
        {
            await lease.RenewAsync(cancellationToken);
            return await FetchAsync(lease, directory, fromName, cancellationToken);
        }
    }

    private async Task<List<(string Name, RemoteEntry Entry)>> FetchAsync(AgentLease lease, string directory, string? fromName, CancellationToken cancellationToken)
    {
        await lease.SendAsync(AgentFrame.List, directory, AgentLease.PathBytes(directory), cancellationToken);
        var listing = new List<(string, RemoteEntry)>();
        while (true)
        {
            using var answer = await lease.ReceiveAsync(directory, pool.DirectoryTimeout, cancellationToken);
            if (answer.Kind == AgentFrame.Done)
            {
                lease.Answered();
                return listing;
            }

            Take(answer.Payload, directory, fromName, listing);
        }
    }

    private void Take(ReadOnlySpan<byte> frame, string directory, string? fromName, List<(string, RemoteEntry)> listing)
    {
        while (!frame.IsEmpty)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(frame);
            var entry = RemoteEntry.Read(frame[2..]);
            var name = Encoding.UTF8.GetString(frame.Slice(2 + RemoteEntry.Size, length));
            entries.NoteReferral(directory, name, entry);
            if (fromName is null || SourcePath.CompareNames(name, fromName) >= 0)
                listing.Add((name, entry));
            frame = frame[(2 + RemoteEntry.Size + length)..];
        }
    }
}
