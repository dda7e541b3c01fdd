using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Permissions;

/// <summary>What a security descriptor says about reading, as Drive keeps it.</summary>
/// <remarks>Reading is one right, <see cref="FileRights.ReadData"/>, and of one right the first entry decides that names somebody and the right. So the
/// entries about that right, in stored order, decide as the whole descriptor does; files whose permissions differ otherwise share a list.</remarks>
internal static class ReadingList
{
    internal static SourceAcl Of(SecurityDescriptor descriptor)
    {
        if (descriptor.Entries is null)
            return SourceAcl.Everybody;
        var entries = new List<SourceAclEntry>();
        foreach (var entry in descriptor.Entries)
        {
            if (entry.IsInheritOnly || (entry.Rights & FileRights.ReadData) == 0 || Trustee(entry.Sid, descriptor.Owner) is not { } trustee)
                continue;
            // Who was decided about before is not decided about again.
            if (entries.TrueForAll(one => one.Trustee != trustee))
                entries.Add(new SourceAclEntry(entry.Kind == AccessKind.Allow, trustee));
            if (trustee == SourceAclEntry.Everybody)
                break;
        }

        return new SourceAcl(entries);
    }

    // Rights of an owner whom nobody named mean somebody unknown.
    private static string? Trustee(string sid, string? owner) =>
        WellKnownSids.EveryUser.Contains(sid) ? SourceAclEntry.Everybody
        : sid == WellKnownSids.OwnerRights && owner is not null ? Trustee(owner, null)
        : WellKnownSids.IsNobody(sid) ? null
        : sid;
}
