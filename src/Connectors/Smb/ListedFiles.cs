using System.Collections.Concurrent;
using ScaiDrive.Connectors.Smb.Agent;

namespace ScaiDrive.Connectors.Smb;

/// <summary>Facts of files that were listed just now: most that are read are read right after.</summary>
internal sealed class ListedFiles
{
    private const int Kept = 8_192;

    private readonly ConcurrentDictionary<string, RemoteEntry> facts = new(StringComparer.Ordinal);
    private int count;

    internal void Add(string path, RemoteEntry entry)
    {
        // Counted here: the dictionary would lock all of itself to tell.
        if (Interlocked.Increment(ref count) > Kept)
        {
            facts.Clear();
            count = 0;
        }

        facts[path] = entry;
    }

    /// <summary>The facts, once; none when they are not known.</summary>
    internal RemoteEntry Take(string path) => facts.TryRemove(path, out var entry) ? entry : default;
}
