using System.Collections.Concurrent;
using System.Text;
using ScaiDrive.Connectors.Smb.Agent;

namespace ScaiDrive.Connectors.Smb;

/// <summary>Permissions, as the server tells them of each entry.</summary>
/// <remarks>The library tells names only beside an entry that names them, so of each SID one path is remembered; others are asked for by <see cref="RpcClient"/>.</remarks>
internal sealed partial class SmbSource
{
    private const string WithSids = "system.nt_sec_desc.*", WithNames = "system.nt_sec_desc.*+";
    private const int RememberedSids = 20_000;

    private readonly ConcurrentDictionary<string, string> seenAt = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public async Task<string> ReadPermissionsAsync(string path, CancellationToken cancellationToken)
    {
        var descriptor = await ReadDescriptorAsync(path, WithSids, cancellationToken);
        foreach (var sid in descriptor.Principals)
        {
            if (seenAt.Count < RememberedSids)
                seenAt.TryAdd(sid, path);
        }

        return descriptor.ToSddl();
    }

    /// <inheritdoc />
    public async Task<string?> ReadSharePermissionsAsync(CancellationToken cancellationToken) =>
        await new SharePermissions(await pool.OpenRpcAsync(cancellationToken), pool.Settings.ShareName).ReadAsync(pool.RequestTimeout, cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<string, string?>> ResolvePrincipalsAsync(IReadOnlyCollection<string> sids, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sids);
        var names = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var sid in sids)
        {
            if (names.ContainsKey(sid) || !seenAt.TryGetValue(sid, out var path))
                continue;
            try
            {
                await AddNamesAsync(path, names, cancellationToken);
            }
            catch (SourceEntryException)
            {
                // Gone, or closed to us by now; another pass meets the SID elsewhere.
                seenAt.TryRemove(sid, out _);
            }
        }

        await AddNamesAsync([.. sids.Where(sid => !names.ContainsKey(sid) && !seenAt.ContainsKey(sid))], names, cancellationToken);
        return names.Where(one => sids.Contains(one.Key)).ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>Those of whom no path is known: the list of the share names them.</summary>
    private async Task AddNamesAsync(List<string> sids, Dictionary<string, string?> names, CancellationToken cancellationToken)
    {
        if (sids.Count == 0)
            return;
        try
        {
            await new PrincipalNames(await pool.OpenRpcAsync(cancellationToken)).AddAsync(sids, names, pool.RequestTimeout, cancellationToken);
        }
        catch (SourceEntryException)
        {
            // They are asked for again another day; without names they can be mapped by their SIDs.
        }
    }

    private async Task AddNamesAsync(string path, Dictionary<string, string?> names, CancellationToken cancellationToken)
    {
        var (numbers, named) = (
            (await ReadDescriptorAsync(path, WithSids, cancellationToken)).Principals, (await ReadDescriptorAsync(path, WithNames, cancellationToken)).Principals);
        // Two looks: between them the permissions may have changed.
        if (numbers.Count != named.Count)
            return;
        for (var i = 0; i < numbers.Count; i++)
        {
            // What the server does not know it calls by its SID.
            names[numbers[i]] = numbers[i] == named[i] ? null : named[i].TrimStart('\\');
        }
    }

    private async Task<PrintedDescriptor> ReadDescriptorAsync(string path, string attribute, CancellationToken cancellationToken)
    {
        await using var lease = await pool.LeaseAsync(cancellationToken);
        using var answer = await lease.AskAsync(AgentFrame.GetAttribute, path, AgentLease.Texts(path, attribute), cancellationToken);
        var printed = Encoding.UTF8.GetString(answer.Payload);
        return PrintedDescriptor.TryParse(printed)
            ?? throw new SourceEntryException(path, new SourceFault(ProblemCodes.ReadFailed, $"{NtStatus.NameOf(NtStatus.Unsuccessful)}: its permissions cannot be understood."));
    }
}
