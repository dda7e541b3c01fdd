using System.Text.Json;
using Microsoft.Extensions.Options;
using ScaiDrive.Connectors.Smb;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>Which settings an SMB connector refuses, and what it takes for a secret.</summary>
public sealed class SmbSettingsTests
{
    private static void Check(string json, string? secret = "secret", params string[] ticketCaches) =>
        new SmbConnectorType(Options.Create(new ConnectorOptions { TicketCacheDirectories = ticketCaches }), TimeProvider.System)
            .Check(JsonDocument.Parse(json).RootElement, new SyncRules(), secret);

    [Theory]
    [InlineData("""{"server_host": "files.example.com", "share_name": "documents", "username": "sync"}""")]
    [InlineData("""{"server_host": "192.0.2.7", "server_port": 1445, "share_name": "data$", "base_path": "a\\b/c", "username": "sync", "domain": "CORP"}""")]
    [InlineData("""{"server_host": "2001:db8::1", "share_name": "x", "username": "u", "min_protocol": "SMB3_00", "encryption_required": true}""")]
    [InlineData("""{"server_host": "files", "share_name": "x", "username": "u", "authentication": "kerberos", "realm": "EXAMPLE.COM"}""")]
    public void Settings_that_can_work_are_taken(string json) => Check(json);

    [Theory]
    [InlineData("""[]""", "JSON")]
    [InlineData("""{"share_name": "x", "username": "u"}""", "server_host")]
    [InlineData("""{"server_host": "a/b", "share_name": "x", "username": "u"}""", "server_host")]
    [InlineData("""{"server_host": null, "share_name": "x", "username": "u"}""", "server_host")]
    [InlineData("""{"server_host": "a", "share_name": "x/y", "username": "u"}""", "share_name")]
    [InlineData("""{"server_host": "a", "share_name": "x", "username": "u", "base_path": "../y"}""", "base_path")]
    [InlineData("""{"server_host": "a", "share_name": "x"}""", "username")]
    [InlineData("""{"server_host": "a", "share_name": "x", "username": "u", "server_port": 0}""", "server_port")]
    [InlineData("""{"server_host": "a", "share_name": "x", "username": "u", "server_port": "many"}""", "server_port")]
    [InlineData("""{"server_host": "a", "share_name": "x", "username": "u\nclient signing = off"}""", "line breaks")]
    [InlineData("""{"server_host": "a", "share_name": "x", "username": "u", "min_protocol": "NT1"}""", "min_protocol")]
    [InlineData("""{"server_host": "a", "share_name": "x", "username": "u", "min_protocol": "SMB3_11", "max_protocol": "SMB2_02"}""", "min_protocol")]
    [InlineData("""{"server_host": "a", "share_name": "x", "username": "u", "max_protocol": "SMB2_10", "encryption_required": true}""", "encryption_required")]
    [InlineData("""{"server_host": "a", "share_name": "x", "username": "u", "authentication": "basic"}""", "authentication")]
    [InlineData("""{"server_host": "192.0.2.7", "share_name": "x", "username": "u", "authentication": "kerberos", "realm": "R"}""", "server_host")]
    [InlineData("""{"server_host": "a", "share_name": "x", "username": "u", "ticket_cache": "/tmp/t"}""", "ticket_cache")]
    [InlineData("""{"server_host": "a", "share_name": "x", "username": "u", "authentication": "kerberos", "realm": "R", "ticket_cache": "/tmp/t"}""", "SCAIDRIVE_KERBEROS_CACHES")]
    [InlineData("""{"server_host": "a", "share_name": "x", "username": "-Vu", "authentication": "kerberos", "realm": "R"}""", "username")]
    [InlineData("""{"server_host": "a", "share_name": "x", "username": "u", "domain": "CORP\\"}""", "domain")]
    [InlineData("""{"server_host": "a", "share_name": "x", "username": "u", "authentication": "kerberos", "realm": "R\\"}""", "realm")]
    public void Settings_that_cannot_work_are_refused_by_name(string json, string named)
    {
        var fault = Assert.Throws<ConnectorException>(() => Check(json));

        Assert.Equal(ConnectorCodes.InvalidSettings, fault.Code);
        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ticket_cache_is_taken_from_the_directories_that_the_operator_allows_alone()
    {
        var folder = Directory.CreateTempSubdirectory("caches-");
        try
        {
            var (allowed, other) = (folder.CreateSubdirectory("allowed").FullName, folder.CreateSubdirectory("allowed-not").FullName);
            File.WriteAllText(Path.Combine(other, "theirs"), "");
            File.CreateSymbolicLink(Path.Combine(allowed, "link"), Path.Combine(other, "theirs"));
            File.CreateSymbolicLink(Path.Combine(folder.FullName, "way"), allowed);

            CheckCache(Path.Combine(allowed, "ours"), allowed);
            CheckCache(Path.Combine(allowed, "ours"), Path.Combine(folder.FullName, "way"));
            foreach (var refused in (string[])[Path.Combine(other, "theirs"), Path.Combine(allowed, "link"), Path.Combine(allowed, "../allowed-not/theirs"), allowed])
                Assert.Contains("SCAIDRIVE_KERBEROS_CACHES", Assert.Throws<ConnectorException>(() => CheckCache(refused, allowed)).Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        static void CheckCache(string cache, string allowed) => Check(
            JsonSerializer.Serialize(new { server_host = "a", share_name = "x", username = "u", authentication = "kerberos", realm = "R", ticket_cache = cache }), null, allowed);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("{curly", "{curly")]
    [InlineData("""{"not": "ours"}""", """{"not": "ours"}""")]
    [InlineData("""{"password": "inside"}""", "inside")]
    [InlineData(null, "")]
    public void A_secret_is_the_password_or_an_object_that_has_it(string? secret, string password) =>
        Assert.Equal(password, SmbSecret.Parse(secret, new SmbSettings()).Password);

    [Fact]
    public void A_keytab_is_for_kerberos_alone()
    {
        var kerberos = new SmbSettings { Authentication = "kerberos" };

        Assert.Equal([1, 2, 3], SmbSecret.Parse("""{"keytab": "AQID"}""", kerberos).Keytab!);
        Assert.Throws<ConnectorException>(() => SmbSecret.Parse("""{"keytab": "AQID"}""", new SmbSettings()));
        Assert.Throws<ConnectorException>(() => SmbSecret.Parse(null, kerberos));
    }

    [Theory]
    [InlineData("REVISION:1,OWNER:S-1-5-32-544,GROUP:S-1-22-2-0", "O:S-1-5-32-544G:S-1-22-2-0D:")]
    [InlineData("REVISION:1,OWNER:S-1-1-0,ACL:S-1-1-0:1/0x13/0x00000001,ACL:S-1-5-18:0/16/0x001f01ff", "O:S-1-1-0D:(D;OICIID;0x00000001;;;S-1-1-0)(A;ID;0x001f01ff;;;S-1-5-18)")]
    [InlineData("REVISION:1,ACL:S-1-1-0:9/0/0x1,ACL:S-1-1-0:10/0/0x2", "D:(D;;0x00000002;;;S-1-1-0)")]
    public void A_printed_descriptor_keeps_its_order_and_what_is_not_understood_lets_nobody_in(string printed, string sddl) =>
        Assert.Equal(sddl, PrintedDescriptor.TryParse(printed)!.ToSddl());

    [Fact]
    public void Masks_are_written_in_decimal_because_the_library_reads_hexadecimal_as_nothing() =>
        Assert.Equal(
            "REVISION:1,OWNER:S-1-1-0,ACL:S-1-1-0:1/0/65536",
            PrintedDescriptor.TryParse("REVISION:1,OWNER:S-1-1-0,ACL:S-1-1-0:1/0/0x00010000")!.ToSettable());
}
