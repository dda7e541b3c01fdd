namespace ScaiDrive.Drive;

/// <summary>What somebody may do with a share, folder or file. The numbers are stored.</summary>
[Flags]
public enum Rights
{
    /// <summary>Nothing; it does not even exist for them.</summary>
    None = 0,

    /// <summary>See and read it. Whoever may not has no other right either.</summary>
    Read = 1,

    /// <summary>Give it other content or another name.</summary>
    Write = 2,

    /// <summary>Put it into the trash.</summary>
    Delete = 4,

    /// <summary>Make something in it.</summary>
    Create = 8,

    /// <summary>Give others a link to it.</summary>
    Share = 16,

    /// <summary>Say who may what.</summary>
    ManagePermissions = 32,

    /// <summary>All of them.</summary>
    All = 63,
}

/// <summary>Rights as they are written.</summary>
public static class RightNames
{
    private static readonly (Rights Right, string Name)[] Known =
    [
        (Rights.Read, "READ"), (Rights.Write, "WRITE"), (Rights.Delete, "DELETE"),
        (Rights.Create, "CREATE"), (Rights.Share, "SHARE"), (Rights.ManagePermissions, "MANAGE_PERMISSIONS"),
    ];

    /// <summary>The names, in the order of their bits.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Known.Select(known => known.Name)];

    /// <summary>The names of some rights, in the order of their bits.</summary>
    public static IReadOnlyList<string> Of(Rights rights) => [.. Known.Where(known => rights.HasFlag(known.Right)).Select(known => known.Name)];

    /// <summary>The right of a name, whatever its case; <see cref="Rights.None"/> when there is none.</summary>
    public static Rights Parse(string? name) => Known.FirstOrDefault(known => known.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Right;
}

/// <summary>Something that has rights on it.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Id">Which one.</param>
public readonly record struct Resource(ResourceType Type, string Id)
{
    /// <summary>A share.</summary>
    public static Resource Share(string id) => new(ResourceType.Share, id);

    /// <summary>A folder.</summary>
    public static Resource Folder(string id) => new(ResourceType.Folder, id);

    /// <summary>A file.</summary>
    public static Resource File(string id) => new(ResourceType.File, id);

    /// <summary>The type as it is stored and shown.</summary>
    public string TypeText => ChangeLog.Text(Type);

    /// <summary>Such as <c>file/fil_…</c>.</summary>
    public override string ToString() => $"{TypeText}/{Id}";
}
