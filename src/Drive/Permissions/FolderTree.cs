using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>Which folder lies in which, for the shares in which lists of permissions stand below the share itself. Follows the change log.</summary>
/// <remarks>Shares are numbered like folders: they are what their root folders lie in. About 150 bytes a folder. What is gone stays, and harms nobody.
/// Everything is done under <see cref="Gate"/>.</remarks>
internal sealed class FolderTree
{
    private const int Nowhere = -1;

    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly List<string> ids = [];
    private readonly List<int> parents = [];

    private FolderTree(long cursor, IReadOnlySet<string> shares) => (Cursor, Shares) = (cursor, shares);

    /// <summary>Of a tenant in which nothing depends on the folder.</summary>
    internal static FolderTree Empty { get; } = new(long.MaxValue, new HashSet<string>());

    internal Lock Gate { get; } = new();

    /// <summary>The last change that is in it.</summary>
    internal long Cursor { get; private set; }

    /// <summary>The shares it holds.</summary>
    internal IReadOnlySet<string> Shares { get; }

    /// <summary>Moves when a folder that was known is in another place.</summary>
    internal int Moves { get; private set; }

    internal int Count => ids.Count;

    internal static async Task<FolderTree> ReadAsync(
        Database dataSource, string tenantId, IReadOnlySet<string> shares, CancellationToken cancellationToken)
    {
        long cursor;
        // First: what happens meanwhile is applied again, and ends the same.
        await using (var command = dataSource.Command(AccessSql.LastFolderChange, Arg.Of(tenantId)))
            cursor = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        var tree = new FolderTree(cursor, shares);
        await using var folders = dataSource.Command(AccessSql.Folders, Arg.Of(tenantId), Arg.Of([.. shares]));
        await using var row = await folders.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            tree.Set(row.GetString(0), row.GetString(1));
        tree.Moves = 0;
        return tree;
    }

    internal async Task FollowAsync(Database dataSource, string tenantId, CancellationToken cancellationToken)
    {
        var changes = await ItemRows.AllAsync(
            dataSource.Command(AccessSql.FolderChanges, Arg.Of(tenantId), Arg.Of(Cursor)),
            row => (Number: row.GetInt64(0), Id: row.GetString(1), ParentId: row.GetString(2)),
            cancellationToken);
        lock (Gate)
        {
            foreach (var change in changes.Where(change => change.Number > Cursor))
            {
                Set(change.Id, change.ParentId);
                Cursor = change.Number;
            }
        }
    }

    /// <summary>Null: not known.</summary>
    internal int? NumberOf(string id) => numbers.TryGetValue(id, out var number) ? number : null;

    internal string IdOf(int number) => ids[number];

    /// <summary>Null: it is a share.</summary>
    internal int? ParentOf(int number) => parents[number] is not Nowhere and var parent ? parent : null;

    internal IEnumerable<string> FoldersOf(string shareId) =>
        Enumerable.Range(0, Count).Where(number => parents[number] != Nowhere && ids[RootOf(number)] == shareId).Select(number => ids[number]);

    private int RootOf(int number)
    {
        while (parents[number] != Nowhere)
            number = parents[number];
        return number;
    }

    private void Set(string id, string parentId)
    {
        var (number, parent) = (Number(id), Number(parentId));
        if (parents[number] == parent)
            return;
        if (parents[number] != Nowhere)
            Moves++;
        parents[number] = parent;
    }

    private int Number(string id)
    {
        if (!numbers.TryGetValue(id, out var number))
        {
            numbers[id] = number = ids.Count;
            ids.Add(id);
            parents.Add(Nowhere);
        }

        return number;
    }
}
