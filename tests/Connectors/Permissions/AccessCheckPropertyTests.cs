using FsCheck;
using FsCheck.Fluent;
using ScaiDrive.Connectors.Permissions;

namespace ScaiDrive.Connectors.Tests.Permissions;

/// <summary>Random descriptors against the documented algorithm, written down as it stands: rights asked for are taken off by those allowed, and
/// refused at the first denial of one that is left.</summary>
public sealed class AccessCheckPropertyTests
{
    private static readonly string[] Sids =
        [WellKnownSids.Everyone, WellKnownSids.OwnerRights, "S-1-5-21-1-1-1-1", "S-1-5-21-1-1-1-2", "S-1-5-21-1-1-1-3", "S-1-5-21-1-1-1-4"];

    private static readonly uint[] Masks =
        [0x1, 0x2, 0x3, 0x20, FileRights.Read, FileRights.Write, FileRights.All, FileRights.GenericRead, FileRights.GenericWrite, FileRights.GenericAll, FileRights.ReadControl, FileRights.Delete];

    private static readonly Gen<AccessEntry> Entries =
        from kind in Gen.Elements(AccessKind.Allow, AccessKind.Deny)
        from mask in Gen.Elements(Masks)
        from sid in Gen.Elements(Sids)
        from inheritOnly in Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new AccessEntry(kind, mask, sid, inheritOnly);

    private static readonly Gen<(SecurityDescriptor Descriptor, string[] Mine, uint Asked)> Cases =
        from owner in Gen.Elements(Sids.Skip(2).ToArray())
        from entries in Gen.ListOf(Entries)
        from mine in Gen.SubListOf(Sids.Skip(2).ToArray())
        from asked in Gen.Elements(Masks)
        select (new SecurityDescriptor(owner, entries.ToList()), (string[])[WellKnownSids.Everyone, .. mine], FileRights.Mapped(asked));

    [Fact]
    public void What_is_granted_is_what_the_documented_algorithm_grants() =>
        Prop.ForAll(Cases.ToArbitrary(), one => IsGranted(one.Descriptor, one.Mine, one.Asked)
                == ((one.Descriptor.RightsOf(one.Mine.ToHashSet()) & one.Asked) == one.Asked))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    [Fact]
    public void The_list_that_is_kept_lets_in_whom_the_descriptor_lets_read() =>
        Prop.ForAll(Cases.ToArbitrary(), one => IsGranted(one.Descriptor, one.Mine, FileRights.ReadData)
                == ReadingList.Of(one.Descriptor).Admits(one.Mine.ToHashSet(), Sids.ToHashSet()))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    /// <summary>MS-DTYP 2.5.3.2, without privileges and object types.</summary>
    private static bool IsGranted(SecurityDescriptor descriptor, string[] token, uint requested)
    {
        var remaining = requested;
        var isOwner = token.Contains(descriptor.Owner);
        if (isOwner && descriptor.Entries!.All(ace => ace.IsInheritOnly || ace.Sid != WellKnownSids.OwnerRights))
            remaining &= ~(FileRights.ReadControl | FileRights.WriteDac);
        foreach (var ace in descriptor.Entries!)
        {
            if (ace.IsInheritOnly)
                continue;
            if (!(token.Contains(ace.Sid) || (ace.Sid == WellKnownSids.OwnerRights && isOwner)))
                continue;
            var mask = FileRights.Mapped(ace.Mask);
            if (ace.Kind == AccessKind.Allow)
                remaining &= ~mask;
            else if ((remaining & mask) != 0)
                return false;
        }

        return remaining == 0;
    }
}
