using ScaiDrive.Connectors.Permissions;
using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Tests.Permissions;

/// <summary>Security descriptors are judged as MS-DTYP 2.5.3.2 says: entries in stored order, the first that decides a right decides it.</summary>
public sealed class SecurityDescriptorTests
{
    private const string Anna = "S-1-5-21-1-2-3-1001";
    private const string Staff = "S-1-5-21-1-2-3-2001";
    private const string Interns = "S-1-5-21-1-2-3-2002";

    private static readonly string[] Words = ["WD", "AU"];

    [Theory]
    // In canonical order a denial of the person or of a group comes first, and wins.
    [InlineData("O:BAD:(D;;FA;;;#A)(A;;FA;;;#S)", "#A #S", false)]
    [InlineData("O:BAD:(D;;FR;;;#I)(A;;FA;;;#S)", "#A #S #I", false)]
    [InlineData("O:BAD:(D;;FR;;;#I)(A;;FA;;;#S)", "#A #S", true)]
    // Stored otherwise, the order still decides.
    [InlineData("O:BAD:(A;;FR;;;#A)(D;;FA;;;#S)", "#A #S", true)]
    [InlineData("O:BAD:(A;;FW;;;#A)(D;;FR;;;#S)(A;;FR;;;WD)", "#A #S WD", false)]
    // Inherited ones are entries as others are; those only handed down are none.
    [InlineData("O:BAD:AI(D;ID;FR;;;#S)(A;ID;FA;;;#A)", "#A #S", false)]
    [InlineData("O:BAD:(D;OICIIO;FA;;;#A)(A;;FR;;;#A)", "#A", true)]
    [InlineData("O:BAD:(A;OICIIO;FA;;;#A)", "#A", false)]
    // Writing is not reading, and reading attributes is not either.
    [InlineData("O:BAD:(A;;FW;;;#A)", "#A", false)]
    [InlineData("O:BAD:(A;;0x120080;;;#A)", "#A", false)]
    [InlineData("O:BAD:(A;;0x1;;;#A)", "#A", true)]
    [InlineData("O:BAD:(D;;FW;;;#A)(A;;FA;;;#A)", "#A", true)]
    // Generic rights stand for those of files.
    [InlineData("O:BAD:(A;;GR;;;#A)", "#A", true)]
    [InlineData("O:BAD:(A;;GA;;;#A)", "#A", true)]
    [InlineData("O:BAD:(A;;GWGX;;;#A)", "#A", false)]
    [InlineData("O:BAD:(D;;GA;;;#A)(A;;FR;;;WD)", "#A WD", false)]
    // Nobody is named, everybody is.
    [InlineData("O:BAD:", "#A #S WD AU", false)]
    [InlineData("O:BAD:NO_ACCESS_CONTROL", "#A", true)]
    [InlineData("O:BAD:(A;;FR;;;WD)", "#A WD AU", true)]
    [InlineData("O:BAD:(A;;FR;;;AU)", "#A WD AU", true)]
    // To own a file is not to read it; what owners may is said by entries for OWNER RIGHTS.
    [InlineData("O:#AD:(A;;FR;;;#S)", "#A", false)]
    [InlineData("O:#AD:(A;;FR;;;OW)", "#A", true)]
    [InlineData("O:#AD:(D;;FR;;;OW)(A;;FA;;;#S)", "#A #S", false)]
    [InlineData("O:#SD:(A;;FR;;;OW)", "#A #S", true)]
    [InlineData("O:#SD:(A;;FR;;;OW)", "#A", false)]
    [InlineData("O:#AD:(A;;FA;;;CO)", "#A", false)]
    // What cannot be judged never lets in: conditions, rights to a property of an object.
    [InlineData("O:BAD:(XA;;FA;;;#A;(@User.Title==\"PM (a)\"))", "#A", false)]
    [InlineData("O:BAD:(XD;;FR;;;#A;(Member_of {SID(BA)}))(A;;FA;;;#A)", "#A", false)]
    [InlineData("O:BAD:(OA;;FA;bf967aba-0de6-11d0-a285-00aa003049e2;;#A)", "#A", false)]
    [InlineData("O:BAD:(OA;;FA;;;#A)", "#A", true)]
    [InlineData("O:BAD:(OD;;FA;bf967aba-0de6-11d0-a285-00aa003049e2;;#A)(A;;FA;;;#A)", "#A", false)]
    public void The_first_entry_that_names_somebody_and_the_right_decides(string sddl, string sids, bool reads)
    {
        var descriptor = SecurityDescriptor.Parse(Expand(sddl));
        var mine = sids.Split(' ').Select(sid => WellKnownSids.Aliases.GetValueOrDefault(sid) ?? Expand(sid)).ToHashSet();
        Assert.Equal(reads, (descriptor.RightsOf(mine) & FileRights.ReadData) != 0);
        // What Drive keeps says the same; there everybody is everybody, and everyone named is known.
        var known = mine.Concat([Anna, Staff, Interns, "S-1-5-32-544"]).ToHashSet();
        mine.UnionWith(Words.Select(word => WellKnownSids.Aliases[word]));
        Assert.Equal(
            (descriptor.RightsOf(mine) & FileRights.ReadData) != 0, ReadingList.Of(descriptor).Admits(mine, known));
    }

    [Fact]
    public void An_owner_reads_and_changes_the_permissions_unless_entries_say_what_owners_may()
    {
        Assert.Equal(FileRights.ReadControl | FileRights.WriteDac, SecurityDescriptor.Parse($"O:{Anna}D:").RightsOf(new HashSet<string> { Anna }));
        Assert.Equal(FileRights.ReadControl, SecurityDescriptor.Parse($"O:{Anna}D:(A;;RC;;;OW)").RightsOf(new HashSet<string> { Anna }));
        Assert.Equal(FileRights.ReadControl | FileRights.WriteDac, SecurityDescriptor.Parse($"O:{Anna}D:(A;IO;RC;;;OW)").RightsOf(new HashSet<string> { Anna }));
    }

    [Fact]
    public void Both_texts_of_a_descriptor_mean_the_same()
    {
        var sddl = SecurityDescriptor.Parse($"O:{Anna}G:BUD:PAI(D;OICI;0x1;;;{Interns})(A;OICIIO;FA;;;CO)(A;ID;0x1200a9;;;{Staff})S:AI(AU;SA;FA;;;WD)");
        var samba = SecurityDescriptor.Parse(
            $"REVISION:1,OWNER:{Anna},GROUP:S-1-5-32-545,ACL:{Interns}:1/3/0x00000001,ACL:S-1-3-0:0/11/0x001f01ff,ACL:{Staff}:0/16/0x001200a9");
        Assert.Equal(sddl.Owner, samba.Owner);
        Assert.Equal(sddl.Entries, samba.Entries);
        Assert.Equal(
            [new(AccessKind.Deny, 1, Interns), new(AccessKind.Allow, FileRights.All, "S-1-3-0", true), new(AccessKind.Allow, 0x1200a9, Staff)], sddl.Entries!);
    }

    [Theory]
    [InlineData("")]
    [InlineData("O:BA")]
    [InlineData("O:BAD:(A;;FR;;;")]
    [InlineData("O:BAD:(A;;FR;;)")]
    [InlineData("O:BAD:(A;;FR;;;DA)")]
    [InlineData("O:BAD:(A;;QQ;;;WD)")]
    [InlineData("O:BAD:(ZZ;;FR;;;WD)")]
    [InlineData("O:DAD:(A;;FR;;;WD)")]
    [InlineData("X:BAD:(A;;FR;;;WD)")]
    [InlineData("D:(A;;0xfffffffff;;;WD)")]
    [InlineData("REVISION:1,OWNER:BUILTIN\\Administrators")]
    [InlineData("REVISION:1,ACL:S-1-1-0:0/0")]
    [InlineData("REVISION:1,ACL:S-1-1-0:9/0/0x1")]
    public void What_cannot_be_read_is_refused_rather_than_guessed(string text) => Assert.Throws<FormatException>(() => SecurityDescriptor.Parse(text));

    [Theory]
    [InlineData("s-1-5-21-01-2", "S-1-5-21-1-2")]
    [InlineData("S-1-0x5-32-544", "S-1-5-32-544")]
    [InlineData("S-1-0x123456789abc-7", "S-1-0x123456789ABC-7")]
    [InlineData("S-1-5", "S-1-5")]
    [InlineData("S-2-5-1", null)]
    [InlineData("S-1-5-4294967296", null)]
    [InlineData("S-1-5-", null)]
    [InlineData("S-1", null)]
    [InlineData("CORP\\anna", null)]
    public void Equal_SIDs_are_equal_texts(string text, string? normal) => Assert.Equal(normal, SidText.Normalize(text));

    [Fact]
    public void Files_that_differ_in_other_rights_alone_share_a_list()
    {
        var one = ReadingList.Of(SecurityDescriptor.Parse($"O:BAD:(A;;FA;;;{Staff})(A;;FW;;;{Interns})(A;;FA;;;SY)"));
        var other = ReadingList.Of(SecurityDescriptor.Parse($"O:{Anna}D:AI(A;ID;FR;;;{Staff})(D;;FW;;;{Anna})"));
        Assert.Equal(one.Entries, other.Entries);
        Assert.Equal([new SourceAclEntry(true, Staff)], one.Entries);
    }

    private static string Expand(string text) => text.Replace("#A", Anna, StringComparison.Ordinal).Replace("#S", Staff, StringComparison.Ordinal).Replace("#I", Interns, StringComparison.Ordinal);
}
