using ScaiDrive.Tests.Support.Samba;

namespace ScaiDrive.Connectors.Tests.Smb;

/// <summary>A namespace of folders that lie on other servers.</summary>
public sealed class SmbReferralTests(MirrorFixture fixture) : IClassFixture<MirrorFixture>
{
    [Fact]
    public async Task Folders_on_another_server_are_followed_to_it()
    {
        await using var other = await SambaServer.StartAsync();
        Directory.CreateDirectory(Path.Combine(other.FolderOf("files"), "deep"));
        await File.WriteAllTextAsync(Path.Combine(other.FolderOf("files"), "deep", "far.txt"), "far away");
        await using var site = await SmbSite.StartAsync(new SambaOptions
        {
            GlobalLines = ["host msdfs = yes"],
            Shares = [new SambaShare(SmbSite.Share) { Lines = ["msdfs root = yes"] }],
        });
        site.Write("near.txt", "near by");
        File.CreateSymbolicLink(site.At("elsewhere"), $"msdfs:{other.Host}\\files");
        // The name of the server is part of every path then; a proxy under another address would not be it.
        site.Settings["server_host"] = site.Samba.Host;
        site.Settings["dfs"] = true;
        var mirror = await site.MirrorAsync(fixture);

        var run = await mirror.RunFromSettingsAsync();

        Assert.True(run.Report.Errors == 0, string.Join('\n', await mirror.ProblemsAsync(run)));
        Assert.Equal(["elsewhere/deep/far.txt", "near.txt"], (await mirror.FilesAsync()).Keys);
        Assert.Equal("far away", await mirror.ReadAsync("elsewhere/deep/far.txt"));

        // The other server is off: what is there stays as it was mirrored.
        await other.StopAsync();
        site.Write("near.txt", "changed");
        await mirror.RunWithErrorsAsync(("elsewhere", ProblemCodes.ReadFailed));
        Assert.Equal(("far away", "changed"), (await mirror.ReadAsync("elsewhere/deep/far.txt"), await mirror.ReadAsync("near.txt")));

        await other.StartAsync();
        Assert.Equal(0, (await mirror.RunFromSettingsAsync()).Report.Errors);
    }
}
