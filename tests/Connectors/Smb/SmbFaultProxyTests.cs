using ScaiDrive.Tests.Support.Samba;

namespace ScaiDrive.Connectors.Tests.Smb;

/// <summary>The proxy that breaks connections breaks what it is told to, and nothing else.</summary>
public sealed class SmbFaultProxyTests
{
    [Fact]
    public async Task It_passes_all_and_cuts_in_the_middle_of_a_read()
    {
        await using var samba = await SambaServer.StartAsync();
        await using var proxy = SmbFaultProxy.Before(samba);
        await File.WriteAllBytesAsync(Path.Combine(samba.FolderOf("files"), "big"), new byte[20 << 20]);
        var copy = Path.Combine(Path.GetDirectoryName(samba.FolderOf("files"))!, "copy");
        await samba.SmbClientAtAsync(proxy.Host, SambaUser.Default, "files", $"get big {copy}");
        Assert.Equal(20 << 20, new FileInfo(copy).Length);
        var opened = new List<string>();
        var reads = 0;
        proxy.Judge = message =>
        {
            if (message.FileName is { } name)
                opened.Add(name);
            return message.IsReadReply(64 << 10) && ++reads == 2 ? SmbFate.Cut : SmbFate.Pass;
        };

        await Assert.ThrowsAsync<InvalidOperationException>(() => samba.SmbClientAtAsync(proxy.Host, SambaUser.Default, "files", $"get big {copy}"));

        Assert.Contains("big", opened);
        Assert.Equal(2, proxy.Accepted);
    }

    [Fact]
    public async Task It_can_hold_a_listing_until_told_to_go_on()
    {
        await using var samba = await SambaServer.StartAsync();
        await using var proxy = SmbFaultProxy.Before(samba);
        await File.WriteAllTextAsync(Path.Combine(samba.FolderOf("files"), "a.txt"), "alpha");
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        proxy.Judge = message =>
        {
            if (!message.IsReply || !message.Commands.Contains(SmbCommand.QueryDirectory))
                return SmbFate.Pass;
            held.TrySetResult();
            return SmbFate.Hold;
        };

        var listing = samba.SmbClientAtAsync(proxy.Host, SambaUser.Default, "files", "ls");
        await held.Task;
        Assert.False(listing.IsCompleted);
        proxy.Release();

        Assert.Contains("a.txt", await listing, StringComparison.Ordinal);
    }
}
