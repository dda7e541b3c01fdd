namespace ScaiDrive.Connectors.Sync;

/// <summary>Where a walk over parts of the source begins.</summary>
/// <param name="Directory">Known to the snapshot, and at the source.</param>
/// <param name="IsRecursive">With everything below; otherwise directories that are known already are not entered.</param>
internal sealed record WalkStart(MirroredDirectory Directory, bool IsRecursive);

/// <summary>Turns the parts a run is asked to look at into directories that the walk can begin at.</summary>
internal sealed class ScopeOfWalk(SyncPass pass)
{
    /// <summary>In the order of their paths; none lies in another one that is walked with everything below.</summary>
    internal async Task<IReadOnlyList<WalkStart>> ResolveAsync(IReadOnlyList<SyncScope> scope, CancellationToken cancellationToken)
    {
        var starts = new SortedDictionary<string, WalkStart>(StringComparer.Ordinal);
        foreach (var part in scope)
        {
            if (!pass.Filter.AdmitsWithParents(part.Directory, isDirectory: true) && part.Directory.Length > 0)
                continue;
            var start = await FindAsync(part, cancellationToken);
            var path = start.Directory.Path;
            starts[path] = start with { IsRecursive = start.IsRecursive || starts.GetValueOrDefault(path)?.IsRecursive == true };
        }

        return
        [
            .. starts.Values.Where(start => !starts.Values.Any(other =>
                other.IsRecursive && other.Directory.Path != start.Directory.Path && SourcePath.IsAtOrBelow(start.Directory.Path, other.Directory.Path))),
        ];
    }

    /// <summary>A directory that is new, or gone, shows in the nearest one above it that is known and there.</summary>
    private async Task<WalkStart> FindAsync(SyncScope part, CancellationToken cancellationToken)
    {
        var chain = new DirectoryChain(pass);
        for (var (path, isRecursive) = (part.Directory, part.IsRecursive); ; (path, isRecursive) = (SourcePath.DirectoryOf(path), false))
        {
            if (path.Length == 0)
                return new WalkStart(chain.Root(), isRecursive);
            if (await IsThereAsync(path, cancellationToken) && await chain.FindAsync(path, cancellationToken) is { } directory)
                return new WalkStart(directory, isRecursive);
        }
    }

    private async Task<bool> IsThereAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await pass.Source.StatAsync(path, cancellationToken) is { Kind: SourceEntryKind.Directory };
        }
        catch (SourceEntryException)
        {
            // The walk says why.
            return true;
        }
    }
}
