using System.Security.Cryptography;
using System.Text;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>The first so many of a ranking.</summary>
/// <param name="Items">Best first.</param>
/// <param name="IsWhole">There are no others.</param>
internal sealed record Window<T>(IReadOnlyList<T> Items, bool IsWhole)
{
    /// <summary>Whether it is as long as the server allows.</summary>
    internal bool IsLongest { get; init; }
}

/// <summary>Reads the beginning of a ranking, so that every page is cut from the same one.</summary>
/// <remarks>
/// Which of several equals a server returns depends on how many it is asked for, so pages are not asked for one by one. A short
/// window serves the first pages; behind it stands what a long one has in addition.
/// </remarks>
internal static class Windows
{
    private const int Short = 1_000;

    internal static async Task<Window<T>> ReadAsync<T>(EngineRequest request, Func<T, object> key, Func<int, Task<Window<T>>> first)
    {
        var near = await first(Short);
        // A page that ends where the short window ends asks on, to tell whether there is more.
        if (near.IsWhole || request.Offset + request.Limit < near.Items.Count)
            return near;
        var far = await first(WeaviateServer.MaximumResults);
        var known = near.Items.Select(key).ToHashSet();
        return new([.. near.Items, .. far.Items.Where(item => !known.Contains(key(item)))], far.IsWhole) { IsLongest = true };
    }
}

/// <summary>Decides between equal scores, as the local index does: by a hash of the file's id.</summary>
internal static class FileOrder
{
    internal static ulong Of(string fileId) => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(fileId)));
}
