using System.Collections.Frozen;

namespace ScaiDrive.Connectors.Permissions;

/// <summary>Identifiers that mean the same on every server (MS-DTYP 2.4.2.4).</summary>
internal static class WellKnownSids
{
    internal const string Everyone = "S-1-1-0";

    /// <summary>Stands for the owner of the object, and takes away what an owner has without being named.</summary>
    internal const string OwnerRights = "S-1-3-4";

    private const string AuthenticatedUsers = "S-1-5-11";
    private const string Network = "S-1-5-2";
    private const string ThisOrganization = "S-1-5-15";

    /// <summary>Whoever comes over the network with a password has these. A user of ScaiDrive is judged as if they opened the file over the share.</summary>
    internal static FrozenSet<string> EveryUser { get; } = FrozenSet.Create(StringComparer.Ordinal, Everyone, AuthenticatedUsers, Network, ThisOrganization);

    /// <summary>No person has these over the network: who is not signed in, sits at the machine, is a service or the machine itself, and the
    /// placeholders that only inheritance fills.</summary>
    private static readonly FrozenSet<string> NoUser = FrozenSet.Create(
        StringComparer.Ordinal,
        "S-1-0-0", "S-1-2-0", "S-1-2-1", "S-1-3-0", "S-1-3-1", "S-1-3-2", "S-1-3-3", "S-1-5-1", "S-1-5-3", "S-1-5-4", "S-1-5-6", "S-1-5-7", "S-1-5-8", "S-1-5-9",
        "S-1-5-10", "S-1-5-12", "S-1-5-13", "S-1-5-14", "S-1-5-18", "S-1-5-19", "S-1-5-20", "S-1-5-33", "S-1-5-32-546");

    /// <summary>Whether no user of ScaiDrive can be meant: such an entry neither lets in nor keeps out.</summary>
    internal static bool IsNobody(string sid) => NoUser.Contains(sid)
        || sid.StartsWith("S-1-15-", StringComparison.Ordinal)   // applications in their containers
        || sid.StartsWith("S-1-16-", StringComparison.Ordinal)   // integrity levels
        || sid.StartsWith("S-1-5-80-", StringComparison.Ordinal) // services
        || sid.StartsWith("S-1-5-5-", StringComparison.Ordinal); // one logon session

    /// <summary>What the letters of SDDL stand for (MS-DTYP 2.5.1.1). Those that depend on a domain are not among them: no text says which.</summary>
    internal static FrozenDictionary<string, string> Aliases { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["WD"] = Everyone,
        ["AU"] = AuthenticatedUsers,
        ["NU"] = Network,
        ["OW"] = OwnerRights,
        ["CO"] = "S-1-3-0",
        ["CG"] = "S-1-3-1",
        ["AN"] = "S-1-5-7",
        ["IU"] = "S-1-5-4",
        ["SU"] = "S-1-5-6",
        ["PS"] = "S-1-5-10",
        ["RC"] = "S-1-5-12",
        ["SY"] = "S-1-5-18",
        ["LS"] = "S-1-5-19",
        ["NS"] = "S-1-5-20",
        ["ED"] = "S-1-5-9",
        ["WR"] = "S-1-5-33",
        ["AC"] = "S-1-15-2-1",
        ["BA"] = "S-1-5-32-544",
        ["BU"] = "S-1-5-32-545",
        ["BG"] = "S-1-5-32-546",
        ["PU"] = "S-1-5-32-547",
        ["AO"] = "S-1-5-32-548",
        ["SO"] = "S-1-5-32-549",
        ["PO"] = "S-1-5-32-550",
        ["BO"] = "S-1-5-32-551",
        ["RE"] = "S-1-5-32-552",
        ["RU"] = "S-1-5-32-554",
        ["RD"] = "S-1-5-32-555",
        ["NO"] = "S-1-5-32-556",
        ["MU"] = "S-1-5-32-558",
        ["LU"] = "S-1-5-32-559",
        ["IS"] = "S-1-5-32-568",
        ["CY"] = "S-1-5-32-569",
        ["ER"] = "S-1-5-32-573",
        ["CD"] = "S-1-5-32-574",
        ["HA"] = "S-1-5-32-578",
        ["AA"] = "S-1-5-32-579",
        ["RM"] = "S-1-5-32-580",
        ["LW"] = "S-1-16-4096",
        ["ME"] = "S-1-16-8192",
        ["MP"] = "S-1-16-8448",
        ["HI"] = "S-1-16-12288",
        ["SI"] = "S-1-16-16384",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
}
