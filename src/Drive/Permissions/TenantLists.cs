using System.Collections.Concurrent;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>What is kept of a tenant's lists and of what they say to each caller.</summary>
internal sealed class TenantLists(Database dataSource, string tenantId) : IDisposable
{
    // A caller costs a byte for each list of a place.
    private const int KeptCallers = 2_000;
    private const int KeptWords = 64 * 1024 * 1024;

    private readonly SemaphoreSlim reading = new(1);
    private readonly ConcurrentDictionary<string, KeptScope> callers = new(StringComparer.Ordinal);

    internal AclTree Lists { get; private set; } = AclTree.Empty;

    /// <summary>Brings what is kept up to a version of the lists and a change of the folders.</summary>
    internal async Task<AclTree> FollowAsync(long aclVersion, long folderChange, CancellationToken cancellationToken)
    {
        if (Lists is { } kept && kept.Map.Version >= aclVersion && kept.Tree.Cursor >= folderChange)
            return kept;
        await reading.WaitAsync(cancellationToken);
        try
        {
            if (Lists.Map.Version < aclVersion)
                Lists = await ReadAsync(cancellationToken);
            if (Lists.Tree.Cursor < folderChange)
                await Lists.Tree.FollowAsync(dataSource, tenantId, cancellationToken);
            return Lists;
        }
        finally
        {
            reading.Release();
        }
    }

    /// <summary>What a caller may read; the same object while nothing changed.</summary>
    internal ReadScope ScopeOf(Caller caller, AclTree lists, ScopeFacts facts, IReadOnlySet<long> sourceAcls)
    {
        if (callers.TryGetValue(caller.UserId, out var kept) && kept.IsFor(lists, facts, sourceAcls))
            return kept.Scope;
        if ((callers.Count + 1) * (long)lists.Map.Places.Count > KeptWords || callers.Count >= KeptCallers)
            callers.Clear();
        var words = kept is not null && kept.Words.Lists == lists && kept.Words.Moves == lists.Tree.Moves && kept.Facts.Version == facts.Version
            ? kept.Words
            : new CallerWords(lists, caller.UserId, facts.Groups);
        var scope = ScopeBuilder.Build(words, facts, sourceAcls);
        callers[caller.UserId] = new(words, facts, scope);
        return scope;
    }

    /// <inheritdoc />
    public void Dispose() => reading.Dispose();

    private async Task<AclTree> ReadAsync(CancellationToken cancellationToken)
    {
        var map = await AclMap.ReadAsync(dataSource, tenantId, cancellationToken);
        var tree = map.SharesByPlace.Count == 0 ? FolderTree.Empty
            : map.SharesByPlace.IsSubsetOf(Lists.Tree.Shares) ? Lists.Tree
            : await FolderTree.ReadAsync(dataSource, tenantId, map.SharesByPlace, cancellationToken);
        return new(map, tree);
    }

    private sealed record KeptScope(CallerWords Words, ScopeFacts Facts, ReadScope Scope)
    {
        internal bool IsFor(AclTree lists, ScopeFacts facts, IReadOnlySet<long> sourceAcls) =>
            Words.Lists == lists && Words.Moves == lists.Tree.Moves && Facts.Version == facts.Version && Scope.SourceAcls == sourceAcls
            && Facts.ByRole.SetEquals(facts.ByRole) && Facts.Listed.SetEquals(facts.Listed);
    }
}

/// <summary>What the database says of a caller's reading as of now.</summary>
/// <param name="Version">Of everything but shares and their members.</param>
/// <param name="Groups">Theirs, also through others.</param>
/// <param name="ByRole">The live shares that a role lets them read.</param>
/// <param name="Listed">The live shares in which anything has a list.</param>
internal sealed record ScopeFacts(long Version, IReadOnlyList<string> Groups, IReadOnlySet<string> ByRole, IReadOnlySet<string> Listed);
