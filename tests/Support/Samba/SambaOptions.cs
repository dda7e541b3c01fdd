namespace ScaiDrive.Tests.Support.Samba;

/// <summary>How a <see cref="SambaServer"/> is set up.</summary>
public sealed record SambaOptions
{
    /// <summary>What it serves. Default none.</summary>
    public IReadOnlyList<SambaShare> Shares { get; init; } = [];

    /// <summary>Who may log on. Default <see cref="SambaUser.Default"/> alone.</summary>
    public IReadOnlyList<SambaUser> Users { get; init; } = [SambaUser.Default];

    /// <summary>Groups with a SID of their own. Default none.</summary>
    public IReadOnlyList<SambaGroup> Groups { get; init; } = [];

    /// <summary>Lines of the <c>[global]</c> section, after the usual ones, so they win; for example <c>server signing = mandatory</c>.</summary>
    public IReadOnlyList<string> GlobalLines { get; init; } = [];

    /// <summary>Where it listens. Default 445, the only port on which libsmbclient also reads permissions.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [SambaServer.StandardPort];

    /// <summary>Additions to the environment of the server, such as the place of a Kerberos configuration.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}

/// <summary>A folder on the network.</summary>
/// <param name="Name">As clients ask for it.</param>
/// <param name="Folder">The folder behind it; null makes one that goes with the server. See <see cref="SambaServer.FolderOf"/>.</param>
public sealed record SambaShare(string Name, string? Folder = null)
{
    /// <summary>Whether all users act as root, so that files a test makes beside the server can be changed over the network. Default true;
    /// false where permissions shall count.</summary>
    public bool ActsAsRoot { get; init; } = true;

    /// <summary>Lines of the section of the share, after the usual ones, so they win; for example <c>case sensitive = yes</c>.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];
}

/// <summary>An account of the server.</summary>
/// <param name="Name">Lower case.</param>
/// <param name="Password">In clear.</param>
/// <param name="FullName">As people know it.</param>
public sealed record SambaUser(string Name, string Password, string FullName = "")
{
    /// <summary>Alice.</summary>
    public static SambaUser Default { get; } = new("alice", "Wonderland-1865", "Alice Liddell");
}

/// <summary>A group of the server.</summary>
/// <param name="Name">Lower case.</param>
/// <param name="Members">Names of its users.</param>
public sealed record SambaGroup(string Name, IReadOnlyList<string> Members);
