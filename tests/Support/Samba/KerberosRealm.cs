using System.Diagnostics;
using System.Net.Sockets;

namespace ScaiDrive.Tests.Support.Samba;

/// <summary>A Kerberos realm of its own, for a server and its clients: a key distribution centre on a loopback address, with accounts in a folder that
/// goes with it.</summary>
/// <remarks>Needs the Debian packages <c>krb5-kdc</c>, <c>krb5-user</c> and <c>libnss-wrapper</c>. The service of the machine is not used.</remarks>
public sealed class KerberosRealm : IAsyncDisposable
{
    /// <summary>Its name.</summary>
    public const string Name = "TESTS.SCAIDRIVE";

    // Not the usual one, which a service of the machine may hold.
    private const int Port = 8688;
    private readonly SambaFolder folder;
    private readonly SambaAddress address;
    private Process? centre;

    private KerberosRealm(SambaFolder folder, SambaAddress address) => (this.folder, this.address) = (folder, address);

    /// <summary>What a server or client must have in its environment to use the realm, the names of its hosts included.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["KRB5_CONFIG"] = At("krb5.conf"),
        ["LD_PRELOAD"] = "libnss_wrapper.so",
        ["NSS_WRAPPER_HOSTS"] = At("hosts"),
    };

    /// <summary>Starts the realm.</summary>
    public static async Task<KerberosRealm> StartAsync()
    {
        await SambaFolder.SweepDeadRunsAsync();
        var realm = new KerberosRealm(SambaFolder.Create(), SambaAddress.Claim(Port));
        try
        {
            await realm.StartCentreAsync();
            return realm;
        }
        catch
        {
            await realm.DisposeAsync();
            throw;
        }
    }

    /// <summary>A host of the realm; Kerberos asks for services by the names of their hosts.</summary>
    /// <param name="name">Of the host.</param>
    /// <param name="hostAddress">Where it is, for those who have <see cref="Environment"/>; null when the machine knows.</param>
    public void AddHost(string name, string? hostAddress)
    {
        // The section of hosts comes last in the file.
        File.AppendAllText(At("krb5.conf"), $"{name} = {Name}\n");
        if (hostAddress is not null)
            File.AppendAllText(At("hosts"), $"{hostAddress} {name}\n");
    }

    /// <summary>An account with a password.</summary>
    public Task AddUserAsync(SambaUser user) => AskAsync($"addprinc -pw {user.Password} {user.Name}");

    /// <summary>A service such as <c>cifs/files.example</c>.</summary>
    /// <returns>Path of its keytab.</returns>
    public async Task<string> AddServiceAsync(string service)
    {
        await AskAsync($"addprinc -randkey {service}");
        return await KeytabOfAsync(service);
    }

    /// <summary>Path of a file with the keys of an account.</summary>
    public async Task<string> KeytabOfAsync(string principal)
    {
        var keytab = At(principal.Replace('/', '-') + ".keytab");
        await AskAsync($"ktadd -norandkey -k {keytab} {principal}");
        return keytab;
    }

    /// <summary>Path of a cache with a ticket of an account.</summary>
    public async Task<string> TicketOfAsync(string user)
    {
        var cache = At(user + ".ccache");
        await RunAsync("/usr/bin/kinit", "-k", "-t", await KeytabOfAsync(user), "-c", cache, user);
        return cache;
    }

    public async ValueTask DisposeAsync()
    {
        await folder.KillProcessesAsync();
        centre?.Dispose();
        folder.Remove();
        address.Dispose();
    }

    private async Task StartCentreAsync()
    {
        WriteConfiguration();
        await RunAsync("/usr/sbin/kdb5_util", "create", "-s", "-P", "only-for-tests", "-r", Name);
        centre = Process.Start(Command("/usr/sbin/krb5kdc", "-n", "-P", At("kdc.pid")))!;
        for (var attempts = 0; attempts < 500; attempts++)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(address.Address, Port);
                return;
            }
            catch (SocketException) when (!centre.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }

        throw new InvalidOperationException("krb5kdc does not answer.");
    }

    private void WriteConfiguration()
    {
        File.WriteAllText(At("hosts"), "");
        File.WriteAllText(At("krb5.conf"), $$"""
            [libdefaults]
            default_realm = {{Name}}
            dns_lookup_kdc = false
            dns_lookup_realm = false
            dns_canonicalize_hostname = false
            rdns = false
            [realms]
            {{Name}} = {
              kdc = {{address.Address}}:{{Port}}
            }
            [domain_realm]

            """);
        // A server that is in no domain refuses tickets that tell of one.
        File.WriteAllText(At("kdc.conf"), $$"""
            [kdcdefaults]
            kdc_listen = {{address.Address}}:{{Port}}
            kdc_tcp_listen = {{address.Address}}:{{Port}}
            [realms]
            {{Name}} = {
              database_name = {{At("principal")}}
              key_stash_file = {{At("stash")}}
              acl_file = {{At("acl")}}
              disable_pac = true
            }
            [logging]
            kdc = FILE:{{At("kdc.log")}}

            """);
    }

    private string At(string name) => Path.Combine(folder.Path, name);

    private ProcessStartInfo Command(string program, params string[] arguments)
    {
        var command = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        command.Environment["KRB5_CONFIG"] = At("krb5.conf");
        command.Environment["KRB5_KDC_PROFILE"] = At("kdc.conf");
        return command;
    }

    // From standard input: other users of the machine can read command lines.
    private async Task AskAsync(string question)
    {
        using var process = Process.Start(Command("/usr/sbin/kadmin.local", "-x", $"dbname={At("principal")}"))!;
        await process.StandardInput.WriteLineAsync(question);
        await FinishAsync(process, question.Split(' ')[0]);
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(Command(program, arguments))!;
        await FinishAsync(process, program);
    }

    private static async Task FinishAsync(Process process, string what)
    {
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{what} failed:\n{output}{await error}");
    }
}
