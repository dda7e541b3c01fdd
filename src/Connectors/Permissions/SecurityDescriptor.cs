namespace ScaiDrive.Connectors.Permissions;

/// <summary>Whether an entry lets in or keeps out.</summary>
internal enum AccessKind
{
    /// <summary>It grants its rights.</summary>
    Allow,

    /// <summary>It refuses its rights.</summary>
    Deny,
}

/// <summary>One entry of a list of permissions.</summary>
/// <param name="Kind">Whether it lets in or keeps out.</param>
/// <param name="Mask">The rights, as stored; generic ones not yet mapped.</param>
/// <param name="Sid">Whom it means, in normal form.</param>
/// <param name="IsInheritOnly">It is only handed down and says nothing about the object itself.</param>
internal sealed record AccessEntry(AccessKind Kind, uint Mask, string Sid, bool IsInheritOnly = false)
{
    /// <summary>The rights on a file.</summary>
    internal uint Rights => FileRights.Mapped(Mask);
}

/// <summary>Owner and permissions of a file, a directory or a share.</summary>
/// <param name="Owner">Who owns it, in normal form; null when not told.</param>
/// <param name="Entries">In stored order; null when there is no list at all, which lets everybody do everything. An empty one lets nobody do anything.</param>
internal sealed record SecurityDescriptor(string? Owner, IReadOnlyList<AccessEntry>? Entries)
{
    /// <summary>Reads SDDL, or the text that libsmbclient gives.</summary>
    /// <exception cref="FormatException">It is neither, or names something whose meaning cannot be told.</exception>
    internal static SecurityDescriptor Parse(string text) =>
        text.StartsWith("REVISION:", StringComparison.OrdinalIgnoreCase) ? SambaDescriptor.Parse(text) : SddlReader.Parse(text);

    /// <summary>All rights of somebody: entries in order, and the first one that names them and a right decides that right
    /// (MS-DTYP 2.5.3.2, asked for the most that is granted).</summary>
    /// <param name="sids">Everything they are: themselves, their groups, everyone.</param>
    internal uint RightsOf(IReadOnlySet<string> sids)
    {
        if (Entries is null)
            return FileRights.All;
        // An owner reads and changes the permissions without being named, unless entries say what an owner may.
        var isOwner = Owner is not null && sids.Contains(Owner);
        var granted = isOwner && !Entries.Any(entry => !entry.IsInheritOnly && entry.Sid == WellKnownSids.OwnerRights)
            ? FileRights.ReadControl | FileRights.WriteDac
            : 0u;
        var decided = granted;
        foreach (var entry in Entries)
        {
            if (entry.IsInheritOnly || !(sids.Contains(entry.Sid) || (isOwner && entry.Sid == WellKnownSids.OwnerRights)))
                continue;
            if (entry.Kind == AccessKind.Allow)
                granted |= entry.Rights & ~decided;
            decided |= entry.Rights;
        }

        return granted;
    }
}
