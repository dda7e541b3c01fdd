using System.Runtime.InteropServices;
using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Drive;

/// <summary>Everything that lists of a tenant say about reading, of one version.</summary>
internal sealed class AclMap
{
    private readonly Dictionary<string, AclNode> nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<Principal, int> principals = [];
    private AclNode[] places = [];
    private AclNode[] files = [];

    private AclMap(long version) => Version = version;

    /// <summary>Of a tenant without lists.</summary>
    internal static AclMap Empty { get; } = new(0);

    /// <summary>Read before everything else, so what is kept is never older than this.</summary>
    internal long Version { get; }

    /// <summary>The shares in which anything has a list.</summary>
    internal IReadOnlyList<string> Shares { get; private set; } = [];

    /// <summary>The shares in which a list below the share itself speaks of reading: there it depends on the place.</summary>
    internal IReadOnlySet<string> SharesByPlace { get; private set; } = new HashSet<string>();

    /// <summary>Lists of shares and folders, by their number.</summary>
    internal IReadOnlyList<AclNode> Places => places;

    /// <summary>Lists of files.</summary>
    internal IReadOnlyList<AclNode> Files => files;

    internal static async Task<AclMap> ReadAsync(Database dataSource, string tenantId, CancellationToken cancellationToken)
    {
        AclMap map;
        await using (var command = dataSource.Command(AccessSql.AclVersion, Arg.Of(tenantId)))
            map = new((long)(await command.ExecuteScalarAsync(cancellationToken))!);
        await map.EachAsync(dataSource.Command(AccessSql.ReadEntries, Arg.Of(tenantId)), (node, row) => node.Entries.Add(map.Entry(row)), cancellationToken);
        await map.EachAsync(dataSource.Command(AccessSql.Breaks, Arg.Of(tenantId)), (node, _) => node.Breaks = true, cancellationToken);
        map.NumberPlaces();
        map.Shares = [.. map.nodes.Values.Select(node => node.ShareId).Distinct(StringComparer.Ordinal)];
        map.SharesByPlace = map.nodes.Values.Where(node => node.Type != ResourceType.Share).Select(node => node.ShareId).ToHashSet(StringComparer.Ordinal);
        return map;
    }

    /// <summary>The list of a share, folder or file; null when it has none that matters.</summary>
    internal AclNode? Find(string resourceId) => nodes.GetValueOrDefault(resourceId);

    /// <summary>By number: whether a principal of this map stands for somebody.</summary>
    internal bool[] Meaning(string userId, IEnumerable<string> groups)
    {
        var meant = new bool[principals.Count];
        foreach (var principal in groups.Select(Principal.Group).Append(Principal.User(userId)).Append(Principal.Everyone))
        {
            if (principals.TryGetValue(principal, out var number))
                meant[number] = true;
        }

        return meant;
    }

    private void NumberPlaces()
    {
        places = [.. nodes.Values.Where(node => node.Type != ResourceType.File)];
        files = [.. nodes.Values.Where(node => node is { Type: ResourceType.File, PlaceId: not null })];
        for (var number = 0; number < places.Length; number++)
            places[number].Number = number;
    }

    private async Task EachAsync(Statement command, Action<AclNode, NpgsqlDataReader> read, CancellationToken cancellationToken)
    {
        await using (command)
        {
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
            {
                ref var node = ref CollectionsMarshal.GetValueRefOrAddDefault(nodes, row.GetString(1), out _);
                node ??= new(Enum.Parse<ResourceType>(row.GetString(0), ignoreCase: true), row.GetString(1), row.GetString(2), ItemRows.Text(row, 3));
                read(node, row);
            }
        }
    }

    private AclReadEntry Entry(NpgsqlDataReader row)
    {
        var type = row.GetString(4);
        var principal = type == "everyone" ? Principal.Everyone : Principal.Of(type, row.GetString(5));
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(principals, principal, out var known);
        if (!known)
            number = principals.Count - 1;
        return new(number, row.GetBoolean(6), row.GetBoolean(7));
    }
}

/// <summary>What the list of one share, folder or file says about reading.</summary>
/// <param name="Type">Of what.</param>
/// <param name="Id">Of which.</param>
/// <param name="ShareId">Where that is.</param>
/// <param name="PlaceId">Of a file: the folder it is in, or the share. Null when it is gone.</param>
internal sealed record AclNode(ResourceType Type, string Id, string ShareId, string? PlaceId)
{
    /// <summary>Of a place: its number in the map.</summary>
    internal int Number { get; set; }

    internal List<AclReadEntry> Entries { get; } = [];

    /// <summary>What is said above counts nothing here and below.</summary>
    internal bool Breaks { get; set; }

    /// <summary>What it says of somebody; what it does not mention is <see cref="ReadWord.Nothing"/>.</summary>
    /// <param name="meant">Which principals stand for them.</param>
    /// <param name="inherited">Only what counts for things below.</param>
    internal ReadWord WordFor(bool[] meant, bool inherited)
    {
        var word = ReadWord.Nothing;
        foreach (var entry in Entries)
        {
            if (!meant[entry.Principal] || (inherited && !entry.InheritToChildren))
                continue;
            if (!entry.Allows)
                return ReadWord.Denied;
            word = ReadWord.Allowed;
        }

        return word;
    }
}

/// <summary>An entry that speaks of reading.</summary>
/// <param name="Principal">The number of whom it means.</param>
/// <param name="Allows">Or denies.</param>
/// <param name="InheritToChildren">Counts for what is below, too.</param>
internal readonly record struct AclReadEntry(int Principal, bool Allows, bool InheritToChildren);

/// <summary>What lists say about reading to one caller.</summary>
internal enum ReadWord : byte
{
    /// <summary>Nothing: the role in the share decides.</summary>
    Nothing,

    /// <summary>They may.</summary>
    Allowed,

    /// <summary>They may not.</summary>
    Denied,
}
