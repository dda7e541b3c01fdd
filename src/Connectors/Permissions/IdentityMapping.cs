using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Permissions;

/// <summary>How a name of a source got its meaning.</summary>
public static class MappingMethods
{
    /// <summary>A person gave it in a table.</summary>
    public const string Csv = "csv";

    /// <summary>The account has the name of the one user with that email address.</summary>
    public const string Email = "email";

    /// <summary>The account has the name of the one user or group that is called so.</summary>
    public const string Name = "name";
}

/// <summary>Whom a source means by a SID.</summary>
/// <param name="Sid">As in the permissions of the source.</param>
/// <param name="Name">What the source calls it, <c>DOMAIN\name</c>; null when it was not asked yet or does not know.</param>
/// <param name="Principal">The user or group here, everyone, or nobody.</param>
/// <param name="How">One of <see cref="MappingMethods"/>.</param>
public sealed record IdentityMapping(string Sid, string? Name, Principal Principal, string How);

/// <summary>Somebody whom the permissions of a source name and who is nobody here: what they may read, nobody reads, and what they may not read,
/// nobody reads either.</summary>
/// <param name="Sid">As in the permissions of the source.</param>
/// <param name="Name">What the source calls them, <c>DOMAIN\name</c>; null when it does not know.</param>
/// <param name="Acls">How many distinct lists of permissions name them.</param>
/// <param name="DenyingAcls">How many of those keep them out, and so everybody.</param>
public sealed record UnmappedPrincipal(string Sid, string? Name, long Acls, long DenyingAcls);

/// <summary>What is wrong with a row of a table of identities.</summary>
/// <param name="Line">Counts from 1.</param>
/// <param name="Message">What, and what to do.</param>
public sealed record MappingFault(int Line, string Message);

/// <summary>What became of a table of identities.</summary>
/// <param name="Rows">Rows that are in force now; 0 when there are faults.</param>
/// <param name="Faults">What is wrong; when anything is, nothing was changed.</param>
public sealed record MappingUpload(int Rows, IReadOnlyList<MappingFault> Faults);
