using System.Net;
using System.Text.Json;
using ScaiDrive.Tests.Support.Samba;

namespace ScaiDrive.Connectors.Tests.Smb;

/// <summary>Tickets in place of passwords.</summary>
public sealed class SmbKerberosTests(MirrorFixture fixture) : IClassFixture<MirrorFixture>, IAsyncLifetime
{
    // A ticket is made out for a name, and agents know no names but those of the machine.
    private static readonly string Host = Dns.GetHostName();
    private KerberosRealm realm = null!;
    private SmbSite site = null!;

    public async Task InitializeAsync()
    {
        realm = await KerberosRealm.StartAsync();
        await realm.AddUserAsync(SambaUser.Default);
        site = await SmbSite.StartAsync(
            SambaServerTests.KerberosOptions(await realm.AddServiceAsync($"cifs/{Host}"), realm), await SambaAddress.ClaimOfHostNameAsync());
        realm.AddHost(Host, null);
        site.Settings["server_host"] = Host;
        site.Settings["authentication"] = "kerberos";
        site.Settings["realm"] = KerberosRealm.Name;
        // Agents inherit it, and sessions without tickets do not care.
        Environment.SetEnvironmentVariable("KRB5_CONFIG", realm.Environment["KRB5_CONFIG"]);
    }

    public async Task DisposeAsync()
    {
        Environment.SetEnvironmentVariable("KRB5_CONFIG", null);
        await site.DisposeAsync();
        await realm.DisposeAsync();
    }

    [HostNameFact]
    public async Task A_keytab_lets_a_connector_in_without_a_password()
    {
        var keytab = Convert.ToBase64String(await File.ReadAllBytesAsync(await realm.KeytabOfAsync("alice")));
        site.Write("a.txt", "alpha");
        var mirror = await MirrorAsync(JsonSerializer.Serialize(new { keytab }));

        await mirror.HealAsync();
    }

    [HostNameFact]
    public async Task A_ticket_cache_lets_a_connector_in_without_a_password()
    {
        site.Settings["ticket_cache"] = await realm.TicketOfAsync("alice");
        site.Write("a.txt", "alpha");

        await (await MirrorAsync(null)).HealAsync();
    }

    [HostNameFact]
    public async Task A_password_is_turned_into_a_ticket_and_a_wrong_one_is_refused()
    {
        site.Write("a.txt", "alpha");

        await (await MirrorAsync(SambaUser.Default.Password)).HealAsync();

        var fault = await (await MirrorAsync("wrong")).FailAsync(ConnectorCodes.AuthenticationFailed);
        Assert.DoesNotContain("wrong", fault.Message.Replace("are wrong", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private Task<Mirror> MirrorAsync(string? secret) => site.MirrorAsync(fixture, change: wanted => wanted with { Secret = secret });
}

/// <summary>A fact that needs the name of this machine to stand for a loopback address, as the installer of Debian sets it up. In many containers it
/// stands for an address that others reach.</summary>
/// <remarks>It cannot be done without: tickets are made out for names, the library refuses them for <c>localhost</c> and for addresses, agents inherit
/// nothing that could tell them further names, and servers of tests listen on loopback alone.</remarks>
public sealed class HostNameFactAttribute : FactAttribute
{
    public HostNameFactAttribute()
    {
        if (SambaAddress.HostAddress is null)
            Skip = $"The name of this machine stands for no loopback address: put '127.0.1.1 {Dns.GetHostName()}' into /etc/hosts, before other lines that name it.";
    }
}
