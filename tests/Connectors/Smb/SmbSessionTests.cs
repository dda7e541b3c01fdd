using ScaiDrive.Tests.Support.Samba;

namespace ScaiDrive.Connectors.Tests.Smb;

/// <summary>Servers that insist on something, and servers that do not let us in.</summary>
public sealed class SmbSessionTests(MirrorFixture fixture) : IClassFixture<MirrorFixture>
{
    [Theory]
    [InlineData("server signing = mandatory")]
    [InlineData("server smb encrypt = required")]
    [InlineData("server max protocol = SMB2_02")]
    [InlineData("server min protocol = SMB3_11")]
    public async Task A_server_that_insists_is_mirrored_as_any_other(string line)
    {
        await using var site = await SmbSite.StartAsync(line);
        site.Write("a.txt", "alpha");
        site.Write("d/big", new string('b', 300_000));
        var mirror = await site.MirrorAsync(fixture);

        await mirror.HealAsync();

        site.Write("d/big", new string('c', 300_000));
        site.Delete("a.txt");
        await mirror.HealAsync();
    }

    [Fact]
    public async Task What_is_encrypted_cannot_be_read_on_the_way()
    {
        await using var site = await SmbSite.StartAsync("server smb encrypt = desired");
        site.Settings["encryption_required"] = true;
        site.Write("a.txt", "alpha");
        var plain = 0;
        var isEncrypted = false;
        site.Proxy.Judge = message =>
        {
            isEncrypted |= message.Commands.Count == 0;
            if (message.Commands.Any(command => command is SmbCommand.Create or SmbCommand.Read or SmbCommand.QueryDirectory))
                Interlocked.Increment(ref plain);
            return SmbFate.Pass;
        };

        await (await site.MirrorAsync(fixture)).HealAsync();

        Assert.True(isEncrypted);
        Assert.Equal(0, plain);
    }

    [Fact]
    public async Task A_connector_that_requires_signing_signs()
    {
        await using var site = await SmbSite.StartAsync();
        site.Settings["signing_required"] = true;
        site.Write("a.txt", "alpha");
        var unsigned = 0;
        site.Proxy.Judge = message =>
        {
            // Of the server's, "not yet" is never signed ([MS-SMB2] 3.3.4.1.1), and a busy one says so now and then.
            if (message is { IsReply: false, IsSigned: false } && message.Commands.Any(command => command is SmbCommand.Create or SmbCommand.Read or SmbCommand.QueryDirectory))
                Interlocked.Increment(ref unsigned);
            return SmbFate.Pass;
        };

        await (await site.MirrorAsync(fixture)).HealAsync();

        Assert.Equal(0, unsigned);
    }

    [Theory]
    [InlineData("server smb encrypt = off", "encryption_required")]
    [InlineData("server max protocol = SMB2_10", "encryption_required")]
    public async Task A_server_that_cannot_do_what_is_required_is_refused(string line, string requirement)
    {
        await using var site = await SmbSite.StartAsync(line);
        site.Settings[requirement] = true;

        var mirror = await site.MirrorAsync(fixture);

        await mirror.FailAsync(ConnectorCodes.ProtocolRefused);
    }

    [Theory]
    [InlineData("server min protocol = SMB3_11", true, false, "SMB 3.1.1", SessionProtection.Signing)]
    [InlineData("server max protocol = SMB3_02", true, false, "SMB 3.0 or later", SessionProtection.Signing)]
    [InlineData("server max protocol = SMB2_10", true, false, "SMB 2.0.2 or 2.1", SessionProtection.Signing)]
    [InlineData("server max protocol = SMB2_10", false, false, "SMB 2.0.2 or 2.1", SessionProtection.None)]
    [InlineData("server min protocol = SMB3_11", false, false, "SMB 3.1.1", SessionProtection.None)]
    [InlineData("server min protocol = SMB3_11", false, true, "SMB 3.1.1", SessionProtection.Encryption)]
    public async Task How_the_server_is_spoken_to_is_told_as_it_is(
        string line, bool signing, bool encryption, string protocol, SessionProtection protection)
    {
        await using var site = await SmbSite.StartAsync(line);
        (site.Settings["signing_required"], site.Settings["encryption_required"]) = (signing, encryption);
        await using var source = (ISourceWithSession)site.Open();

        Assert.Equal(new SourceSession(protocol, protection), await source.LookAtSessionAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Versions_of_the_protocol_that_do_not_meet_are_said_to_be_so()
    {
        await using var site = await SmbSite.StartAsync("server min protocol = SMB3_11");
        site.Settings["max_protocol"] = "SMB3_02";

        var mirror = await site.MirrorAsync(fixture);

        await mirror.FailAsync(ConnectorCodes.ProtocolRefused);
    }

    [Fact]
    public async Task A_server_that_speaks_only_the_old_insecure_protocol_is_not_spoken_to()
    {
        await using var site = await SmbSite.StartAsync("server min protocol = NT1", "server max protocol = NT1");

        var mirror = await site.MirrorAsync(fixture);

        // Such a server hangs up at the first word; that looks like one that is out of order.
        await mirror.FailAsync(ConnectorCodes.SourceOffline);
    }

    [Fact]
    public async Task A_wrong_password_fails_the_pass_and_is_not_tried_again_and_again()
    {
        await using var site = await SmbSite.StartAsync();
        site.Write("a.txt", "alpha");
        var mirror = await site.MirrorAsync(fixture);
        await mirror.HealAsync();
        await site.Samba.SetPasswordAsync("alice", "changed-1");
        var logons = 0;
        site.Proxy.Judge = message =>
        {
            // The second message of a logon carries the answer to the server's challenge.
            if (!message.IsReply && message.Commands.Contains(SmbCommand.SessionSetup))
                Interlocked.Increment(ref logons);
            return SmbFate.Pass;
        };

        var fault = await mirror.FailAsync(ConnectorCodes.AuthenticationFailed);

        Assert.Contains("NT_STATUS_LOGON_FAILURE", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(SambaUser.Default.Password, fault.Message, StringComparison.Ordinal);
        // Servers lock an account after a few wrong answers.
        Assert.InRange(logons, 1, 2);

        await mirror.InDatabaseAsync(transaction =>
            fixture.Connectors.SetSecretAsync(transaction, mirror.Connector.TenantId, mirror.Connector.Id, "changed-1", CancellationToken.None));
        await mirror.HealAsync();
    }

    [Fact]
    public async Task An_expired_password_is_told_from_a_wrong_one()
    {
        await using var site = await SmbSite.StartAsync();
        site.Write("a.txt", "alpha");
        var mirror = await site.MirrorAsync(fixture);
        await mirror.HealAsync();
        await site.Samba.ExpirePasswordAsync("alice");

        var fault = await mirror.FailAsync(ConnectorCodes.PasswordExpired);

        Assert.Contains("NT_STATUS_PASSWORD_MUST_CHANGE", fault.Message, StringComparison.Ordinal);
        await site.Samba.SetPasswordAsync("alice", SambaUser.Default.Password);
        await mirror.HealAsync();
    }

    [Fact]
    public async Task A_share_that_vanished_deletes_nothing()
    {
        await using var site = await SmbSite.StartAsync();
        site.Write("a.txt", "alpha");
        site.Write("d/b", "beta");
        var mirror = await site.MirrorAsync(fixture);
        await mirror.HealAsync();
        var shares = site.Samba.Shares;
        site.Samba.Shares = [];
        await site.Samba.ReloadAsync();

        var fault = await mirror.FailAsync(ConnectorCodes.ShareNotFound);

        Assert.Contains("NT_STATUS_BAD_NETWORK_NAME", fault.Message, StringComparison.Ordinal);
        site.Samba.Shares = shares;
        await site.Samba.ReloadAsync();
        await mirror.HealAsync();
    }

    [Fact]
    public async Task A_server_that_is_off_deletes_nothing()
    {
        await using var site = await SmbSite.StartAsync();
        site.Write("a.txt", "alpha");
        var mirror = await site.MirrorAsync(fixture);
        await mirror.HealAsync();
        await site.Samba.StopAsync();

        await mirror.FailAsync(ConnectorCodes.SourceOffline);

        await site.Samba.StartAsync();
        site.Write("b.txt", "beta");
        await mirror.HealAsync();
    }

    [Fact]
    public async Task A_share_that_the_account_may_not_enter_is_said_to_be_so()
    {
        await using var site = await SmbSite.StartAsync(new SambaOptions { Shares = [new SambaShare(SmbSite.Share) { Lines = ["valid users = nobody"] }] });

        var mirror = await site.MirrorAsync(fixture);

        var fault = await mirror.FailAsync(ConnectorCodes.AccessDenied);
        Assert.Contains("NT_STATUS_ACCESS_DENIED", fault.Message, StringComparison.Ordinal);
    }
}
