using ScaiDrive.Connectors.Tests.Soaks;
using ScaiDrive.Tests.Support.Samba;

namespace ScaiDrive.Connectors.Tests.Smb;

/// <summary>What happens when the share cannot take what ScaiDrive has for it.</summary>
public sealed class SmbWriteFaultTests(MirrorFixture fixture) : IClassFixture<MirrorFixture>
{
    private static readonly SyncRules BothWays = new() { Direction = SyncDirection.Bidirectional, MassDeletePercent = 100 };

    [Fact]
    public async Task A_disk_that_is_full_is_named_keeps_what_it_had_and_takes_the_rest_later()
    {
        await using var site = await SmbSite.StartAsync();
        await site.Samba.MountSmallDiskAsync(SmbSite.Share, 2_000_000);
        site.Write("doc", "as it was");
        var mirror = await site.MirrorAsync(fixture, BothWays);
        await mirror.HealAsync();
        var large = new string('L', 3_000_000);
        await PutAsync(mirror, "doc", large);
        await PutAsync(mirror, "small", "fits");

        var problem = Assert.Single(await mirror.RunWithErrorsAsync(("doc", ProblemCodes.SourceFull)));

        Assert.Contains("NT_STATUS_DISK_FULL", problem.Detail, StringComparison.Ordinal);
        Assert.Equal("as it was", await File.ReadAllTextAsync(site.At("doc")));
        Assert.Equal("fits", await File.ReadAllTextAsync(site.At("small")));
        Assert.Equal(["doc", "small"], site.Files().Keys);
        Assert.Equal(large, await mirror.ReadAsync("doc"));

        await site.Samba.GrowSmallDiskAsync(SmbSite.Share, 8_000_000);
        await mirror.HealAsync();
        Assert.Equal(large, await File.ReadAllTextAsync(site.At("doc")));
    }

    [Fact]
    public async Task A_connection_cut_in_the_middle_of_a_write_leaves_the_old_file_and_nothing_half()
    {
        await using var site = await SmbSite.StartAsync();
        site.Write("doc", "as it was");
        var mirror = await site.MirrorAsync(fixture, BothWays);
        await mirror.HealAsync();
        var large = new string('L', 3_000_000);
        await PutAsync(mirror, "doc", large);
        site.Proxy.Judge = message =>
            !message.IsReply && message.SizeBytes > 60_000 && message.Commands.Contains(SmbCommand.Write) ? SmbFate.Cut : SmbFate.Pass;

        await mirror.RunWithErrorsAsync(("doc", ProblemCodes.ReadFailed));

        Assert.Equal("as it was", await File.ReadAllTextAsync(site.At("doc")));
        site.Proxy.Judge = _ => SmbFate.Pass;
        await mirror.HealAsync();
        Assert.Equal(["doc"], site.Files().Keys);
        Assert.Equal(large, await File.ReadAllTextAsync(site.At("doc")));
    }

    [Fact]
    public async Task A_file_that_another_program_holds_is_not_overwritten()
    {
        await using var site = await SmbSite.StartAsync();
        site.Write("doc", "as it was");
        var mirror = await site.MirrorAsync(fixture, BothWays);
        await mirror.HealAsync();
        await PutAsync(mirror, "doc", "from ScaiDrive");

        await using (await site.Samba.HoldAsync(SambaUser.Default, SmbSite.Share, "doc"))
        {
            await mirror.RunWithErrorsAsync(("doc", ProblemCodes.Locked));
            Assert.Equal("as it was", await File.ReadAllTextAsync(site.At("doc")));
        }

        await mirror.HealAsync();
        Assert.Equal("from ScaiDrive", await File.ReadAllTextAsync(site.At("doc")));
    }

    [Fact]
    public async Task A_share_that_is_read_only_is_named_for_every_file_and_loses_nothing()
    {
        await using var site = await SmbSite.StartAsync();
        site.Write("doc", "as it was");
        var mirror = await site.MirrorAsync(fixture, BothWays);
        await mirror.HealAsync();
        var shares = site.Samba.Shares;
        site.Samba.Shares = [.. shares.Select(share => share with { Lines = ["read only = yes"] })];
        await site.Samba.ReloadAsync();
        site.Proxy.CutAll();
        await PutAsync(mirror, "doc", "from ScaiDrive");
        await PutAsync(mirror, "new", "also");

        await mirror.RunWithErrorsAsync(("doc", ProblemCodes.AccessDenied), ("new", ProblemCodes.AccessDenied));

        Assert.Equal(("from ScaiDrive", "also"), (await mirror.ReadAsync("doc"), await mirror.ReadAsync("new")));
        site.Samba.Shares = shares;
        await site.Samba.ReloadAsync();
        site.Proxy.CutAll();
        await mirror.HealAsync();
    }

    private static Task PutAsync(Mirror mirror, string path, string text) => new ShareSide(mirror).WriteAsync(path, text);
}
