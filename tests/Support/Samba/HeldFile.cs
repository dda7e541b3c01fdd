using System.Diagnostics;

namespace ScaiDrive.Tests.Support.Samba;

/// <summary>A file that another client has open and shares with nobody.</summary>
internal sealed class HeldFile(Process client) : IAsyncDisposable
{
    // The Python modules come with Debian's package samba; smbclient itself cannot open a file for itself alone.
    private const string Script = """
        import sys
        from samba.credentials import DONT_USE_KERBEROS, Credentials
        from samba.param import LoadParm
        from samba.samba3 import libsmb_samba_internal as libsmb
        from samba.samba3 import param as s3param
        configuration, host, share, user, path = sys.argv[1:]
        parameters = s3param.get_context()
        parameters.load(configuration)
        defaults = LoadParm()
        defaults.load(configuration)
        credentials = Credentials()
        credentials.guess(defaults)
        credentials.set_kerberos_state(DONT_USE_KERBEROS)
        credentials.set_username(user)
        credentials.set_password(sys.stdin.readline().rstrip("\n"))
        connection = libsmb.Conn(host, share, lp=parameters, creds=credentials)
        file = connection.create(path.replace("/", "\\"), DesiredAccess=0x0012019f, ShareAccess=0, CreateDisposition=1)
        print("held", flush=True)
        sys.stdin.read()
        connection.close(file)
        """;

    internal static async Task<HeldFile> OpenAsync(SambaFolder folder, string host, SambaUser user, string share, string path)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", ["-c", Script, folder.Configuration, host, share, user.Name, path])
        {
            // It closes the file when its standard input ends, with the test run at the latest.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var client = Process.Start(start)!;
        await client.StandardInput.WriteLineAsync(user.Password);
        await client.StandardInput.FlushAsync();
        if (await client.StandardOutput.ReadLineAsync() == "held")
            return new HeldFile(client);
        var error = await client.StandardError.ReadToEndAsync();
        client.Dispose();
        throw new InvalidOperationException($"{path} cannot be held open: {error}");
    }

    public async ValueTask DisposeAsync()
    {
        client.StandardInput.Close();
        await client.WaitForExitAsync();
        client.Dispose();
    }
}
