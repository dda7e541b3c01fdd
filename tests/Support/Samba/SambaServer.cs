using System.Diagnostics;
using System.Net.Sockets;

namespace ScaiDrive.Tests.Support.Samba;

/// <summary>A Samba server of its own, on a loopback address of its own, that ends with the test.</summary>
/// <remarks>It uses nothing of a Samba that the machine may run, and no account of the machine. Needs root (smbd changes users) and the Debian
/// packages <c>samba</c>, <c>samba-vfs-modules</c>, <c>smbclient</c> and <c>libnss-wrapper</c>.</remarks>
public sealed class SambaServer : IAsyncDisposable
{
    /// <summary>Where file servers listen.</summary>
    public const int StandardPort = 445;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly SambaAddress address;
    private readonly SambaFolder folder;
    private readonly SambaAccounts accounts;
    private readonly SambaOptions options;
    private Process? server;

    private SambaServer(SambaOptions options, SambaAddress address, SambaFolder folder)
    {
        (this.options, this.address, this.folder) = (options, address, folder);
        accounts = new SambaAccounts(folder.Path, options);
        Shares = options.Shares;
        GlobalLines = options.GlobalLines;
    }

    /// <summary>A numeric loopback address.</summary>
    public string Host => address.Address.ToString();

    /// <summary>The first port it listens on.</summary>
    public int Port => options.Ports[0];

    /// <summary>Goes into effect with <see cref="ReloadAsync"/>.</summary>
    public IReadOnlyList<SambaShare> Shares { get; set; }

    /// <summary>Goes into effect with <see cref="ReloadAsync"/>.</summary>
    public IReadOnlyList<string> GlobalLines { get; set; }

    /// <summary>Starts a server and waits until it answers.</summary>
    /// <exception cref="InvalidOperationException">It does not start, or this machine cannot run one; the message says what is missing.</exception>
    public static async Task<SambaServer> StartAsync(SambaOptions options)
    {
        RefuseWithoutPrograms();
        await SambaFolder.SweepDeadRunsAsync();
        var address = SambaAddress.Claim(options.Ports[0]);
        var samba = new SambaServer(options, address, SambaFolder.Create());
        try
        {
            samba.accounts.WriteFiles();
            samba.WriteConfiguration();
            await samba.accounts.RegisterAsync(samba.RunAsync);
            await samba.StartAsync();
            return samba;
        }
        catch
        {
            await samba.DisposeAsync();
            throw;
        }
    }

    /// <summary>One share named <c>files</c>, one user.</summary>
    public static Task<SambaServer> StartAsync(string? folder = null) => StartAsync(new SambaOptions { Shares = [new SambaShare("files", folder)] });

    /// <summary>The local folder behind a share.</summary>
    public string FolderOf(string share)
    {
        var found = Shares.Concat(options.Shares).First(one => one.Name == share);
        return found.Folder ?? Directory.CreateDirectory(Path.Combine(folder.Path, "shares", share)).FullName;
    }

    /// <summary>The local user id under which a user's files lie.</summary>
    public int UserIdOf(string user) => SambaAccounts.UserIdOf(options, user);

    /// <summary>Starts it again after <see cref="StopAsync"/>, at the same address.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(ProgramAt("smbd"), ["--foreground", "--configfile", folder.Configuration, "--log-basename", folder.Logs])
        {
            // smbd ends when its standard input does: it cannot outlive a test run that was killed.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in accounts.Environment)
            start.Environment[name] = value;
        server = Process.Start(start)!;
        server.OutputDataReceived += (_, _) => { };
        server.ErrorDataReceived += (_, _) => { };
        server.BeginOutputReadLine();
        server.BeginErrorReadLine();
        await AwaitAnswerAsync(server);
    }

    /// <summary>Ends the server with all its connections, as a machine does that loses power.</summary>
    public async Task StopAsync()
    {
        if (server is not { } running)
            return;
        server = null;
        await folder.KillProcessesAsync();
        await running.WaitForExitAsync();
        running.Dispose();
    }

    /// <summary>Makes <see cref="Shares"/> and <see cref="GlobalLines"/> as they are now count, also for connections that are open.
    /// A share that is no longer there is closed under its users.</summary>
    public async Task ReloadAsync()
    {
        var gone = options.Shares.Select(share => share.Name).Except(Shares.Select(share => share.Name)).ToList();
        WriteConfiguration();
        await RunAsync("smbcontrol", ["smbd", "reload-config"], "");
        foreach (var share in gone)
            await RunAsync("smbcontrol", ["smbd", "close-share", share], "");
    }

    /// <summary>Sets another password; open connections stay.</summary>
    public Task SetPasswordAsync(string user, string password) =>
        RunAsync("smbpasswd", ["-c", folder.Configuration, "-s", user], $"{password}\n{password}\n", addConfiguration: false);

    /// <summary>Nobody logs on as this user before the password is changed.</summary>
    public Task ExpirePasswordAsync(string user) => RunAsync("net", ["sam", "set", "pwdmustchangenow", user, "yes"], "");

    /// <summary>Gives the share a small disk of its own (memory), so that it can really be full. Its folder must have been made by the server.</summary>
    public Task MountSmallDiskAsync(string share, long sizeBytes) =>
        RunAsync("mount", ["-t", "tmpfs", "-o", $"size={sizeBytes}", "tmpfs", FolderOf(share)], "", addConfiguration: false);

    /// <summary>Gives a disk of <see cref="MountSmallDiskAsync"/> another size.</summary>
    public Task GrowSmallDiskAsync(string share, long sizeBytes) =>
        RunAsync("mount", ["-o", $"remount,size={sizeBytes}", FolderOf(share)], "", addConfiguration: false);

    /// <summary>The SID of a user or group.</summary>
    public async Task<string> SidOfAsync(string principal)
    {
        var answer = await RunAsync("net", ["sam", "show", principal], "");
        return answer.Split(' ', '\n').First(word => word.StartsWith("S-1-", StringComparison.Ordinal));
    }

    /// <summary>Runs commands of smbclient, one a string, as a user of the server.</summary>
    /// <returns>What it printed.</returns>
    public Task<string> SmbClientAsync(SambaUser user, string share, params string[] commands) => SmbClientAtAsync(Host, user, share, commands);

    /// <summary>The same through another address, such as that of a <see cref="SmbFaultProxy"/>.</summary>
    public async Task<string> SmbClientAtAsync(string host, SambaUser user, string share, params string[] commands)
    {
        // From a file: other users of the machine can read command lines.
        var login = Path.Combine(folder.Path, $"login-{user.Name}");
        await File.WriteAllTextAsync(login, $"username = {user.Name}\npassword = {user.Password}\n");
        return await RunAsync("smbclient", ["-A", login, "-p", $"{(host == Host ? Port : StandardPort)}", $"//{host}/{share}", "-c", string.Join("; ", commands)], "");
    }

    /// <summary>Opens a file over the network so that nobody else may, as a program does that locks its documents.</summary>
    /// <param name="path">In the share, with slashes.</param>
    /// <returns>Closes it.</returns>
    public async Task<IAsyncDisposable> HoldAsync(SambaUser user, string share, string path) =>
        await HeldFile.OpenAsync(folder, Host, user, share, path);

    /// <summary>Runs a program of Samba with the configuration of this server.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message is what it printed.</exception>
    public Task<string> RunAsync(string program, IReadOnlyList<string> arguments, string input) => RunAsync(program, arguments, input, addConfiguration: true);

    /// <summary>What the server logged.</summary>
    public string ReadLog() =>
        string.Join('\n', Directory.EnumerateFiles(folder.Logs, "log.*").Order(StringComparer.Ordinal).Select(File.ReadAllText));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        folder.Remove();
        address.Dispose();
    }

    private static void RefuseWithoutPrograms()
    {
        if (!Environment.IsPrivilegedProcess)
            throw new InvalidOperationException("Tests with a Samba server must run as root: smbd changes users and listens on port 445.");
        if (new[] { "smbd", "pdbedit", "smbclient" }.FirstOrDefault(program => FindProgram(program) is null) is { } missing)
        {
            throw new InvalidOperationException(
                $"{missing} is not installed: apt-get install -y --no-install-recommends samba samba-vfs-modules smbclient libnss-wrapper");
        }
    }

    private static string ProgramAt(string name) => FindProgram(name) ?? throw new InvalidOperationException($"{name} is not installed.");

    private static string? FindProgram(string name) =>
        new[] { "/usr/sbin", "/usr/bin", "/sbin", "/bin" }.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private void WriteConfiguration()
    {
        foreach (var share in Shares)
            FolderOf(share.Name);
        SambaConfiguration.Write(folder, address.Address, options.Ports, GlobalLines, Shares.Select(share => share with { Folder = FolderOf(share.Name) }));
    }

    private async Task AwaitAnswerAsync(Process smbd)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(address.Address, Port, patience.Token);
                return;
            }
            catch (Exception fault) when (fault is SocketException or OperationCanceledException)
            {
                if (smbd.HasExited || patience.IsCancellationRequested)
                    throw new InvalidOperationException($"smbd did not start. Its log:\n{ReadLog()}", fault);
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }
    }

    private async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, string input, bool addConfiguration)
    {
        var start = new ProcessStartInfo(ProgramAt(program), addConfiguration ? [.. arguments, "--configfile", folder.Configuration] : arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in accounts.Environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed:\n{output}{await error}");
    }
}
