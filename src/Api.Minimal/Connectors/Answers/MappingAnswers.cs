using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Connectors.Permissions;

namespace ScaiDrive.Api.Minimal.Connectors.Answers;

/// <summary>A page of whom the accounts of a source are.</summary>
internal sealed record MappingsAnswer : Answer
{
    /// <summary>In the order of SIDs.</summary>
    public required IReadOnlyList<MappingItem> Mappings { get; init; }

    /// <summary>For <c>after</c> of the next page; null on the last.</summary>
    public required string? NextAfter { get; init; }
}

/// <summary>One account of the source.</summary>
/// <param name="SmbSid">As the permissions name it.</param>
/// <param name="SmbName">As the source calls it; null while it has not been asked.</param>
/// <param name="PrincipalType"><c>user</c>, <c>group</c>, <c>everyone</c> or <c>nobody</c>.</param>
/// <param name="PrincipalId">Which user or group.</param>
/// <param name="How"><c>csv</c> (the table), <c>email</c> or <c>name</c>.</param>
internal sealed record MappingItem(string SmbSid, string? SmbName, string PrincipalType, string? PrincipalId, string How)
{
    internal static MappingItem From(IdentityMapping mapping) =>
        new(mapping.Sid, mapping.Name, mapping.Principal.TypeText, mapping.Principal.Id, mapping.How);
}

/// <summary>The table was taken over.</summary>
internal sealed record UploadedMappingAnswer : Answer
{
    /// <summary>Rows that count now.</summary>
    public required int Rows { get; init; }
}

/// <summary>A page of accounts that nobody here is.</summary>
internal sealed record UnmappedAnswer : Answer
{
    /// <summary>In the order of SIDs. Who is named here finds no file by what the permissions give them.</summary>
    public required IReadOnlyList<UnmappedPrincipal> Principals { get; init; }

    /// <summary>For <c>after</c> of the next page; null on the last.</summary>
    public required string? NextAfter { get; init; }
}
