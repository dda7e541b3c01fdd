using System.Runtime.CompilerServices;
using System.Text;
using ScaiDrive.Connectors.Smb.Agent;

namespace ScaiDrive.Connectors.Smb;

/// <summary>Changes as the server tells them, over a connection of its own.</summary>
internal sealed partial class SmbSource
{
    // The agent reports twice a second. A server that went away without a word shows in this look alone.
    private static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(1);

    // Whether a new name is that of a directory is asked for so many at a time; what many new names are, the walk finds out faster.
    private const int NamesAsked = 64;

    private const byte Added = 1, NewName = 5;

    /// <inheritdoc />
    public async IAsyncEnumerable<SyncScope> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var lease = await pool.LeaseApartAsync(cancellationToken);
        await lease.SendAsync(AgentFrame.Watch, "", default, cancellationToken);
        var looked = pool.Time.GetTimestamp();
        while (true)
        {
            foreach (var scope in await ScopesOfAsync(await NextAsync(lease, cancellationToken), cancellationToken))
                yield return scope;
            if (pool.Time.GetElapsedTime(looked) < LookEvery)
                continue;
            await ProbeAsync(cancellationToken);
            looked = pool.Time.GetTimestamp();
        }
    }

    private static async Task<List<(byte Action, string Path)>?> NextAsync(AgentLease lease, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await lease.ReceiveAsync("", lease.Pool.RequestTimeout, cancellationToken);
            return Changes(answer.Payload);
        }
        catch (SourceEntryException fault)
        {
            throw new ConnectorException(ConnectorCodes.SourceOffline, $"The server tells no more of changes: {fault.Fault.Detail}", fault);
        }
    }

    /// <summary>Null stands for changes that were lost.</summary>
    private static List<(byte Action, string Path)>? Changes(ReadOnlySpan<byte> frame)
    {
        if (frame.Length == 1)
            return null;
        var changes = new List<(byte, string)>();
        while (!frame.IsEmpty)
        {
            var end = frame[1..].IndexOf((byte)0) + 1;
            changes.Add((frame[0], Encoding.UTF8.GetString(frame[1..end]).Replace('\\', '/')));
            frame = frame[(end + 1)..];
        }

        return changes;
    }

    private async Task<List<SyncScope>> ScopesOfAsync(List<(byte Action, string Path)>? changes, CancellationToken cancellationToken)
    {
        if (changes is null)
            return [SyncScope.All];
        // Our own writing is no news before the temporary name is given up.
        var told = changes.Where(change => !SourcePath.IsTemporary(SourcePath.NameOf(change.Path))).ToList();
        var scopes = told.Select(change => new SyncScope(SourcePath.DirectoryOf(change.Path), false)).Distinct().ToList();
        var named = told.Where(change => change.Action is Added or NewName).Select(change => change.Path).Distinct().ToList();
        if (named.Count > NamesAsked)
            return [.. scopes.Select(scope => scope with { IsRecursive = true })];
        foreach (var path in named)
        {
            if (await IsDirectoryAsync(path, cancellationToken))
                scopes.Add(new SyncScope(path, true));
        }

        return scopes;
    }

    private async Task<bool> IsDirectoryAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var lease = await pool.LeaseAsync(cancellationToken);
            return await LookAsync(lease, path, cancellationToken) is { Kind: SourceEntryKind.Directory };
        }
        catch (SourceEntryException)
        {
            return false;
        }
    }
}
