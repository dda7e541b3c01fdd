using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ScaiDrive.Store.Embedded;

/// <summary>Who the server runs as. PostgreSQL refuses to run as root, so a host started by root hands its server to the
/// account <c>postgres</c> (made by Debian's package), or to <c>nobody</c> where that is missing.</summary>
internal sealed partial class ServerAccount
{
    private readonly string? user;

    private ServerAccount(string? user) => this.user = user;

    internal static ServerAccount Current { get; } = new(GetEffectiveUserId() != 0 ? null : Exists("postgres") ? "postgres" : "nobody");

    /// <summary>The command that runs <paramref name="command"/> as this account and ends with this process:
    /// a session of its own keeps a terminal's Ctrl-C away from the server, and the kernel sends it a fast-shutdown
    /// signal when the thread that started it dies, so that not even <c>kill -9</c> of the host leaves it behind.</summary>
    internal IReadOnlyList<string> Wrap(IReadOnlyList<string> command, bool endsWithHost) =>
        [.. endsWithHost ? (string[])["setsid"] : [],
         .. user is null && !endsWithHost ? (string[])[] : ["setpriv"],
         .. user is null ? (string[])[] : [$"--reuid={user}", $"--regid={PrimaryGroup()}", "--init-groups"],
         .. endsWithHost ? (string[])["--pdeathsig", "INT"] : [],
         .. user is null && !endsWithHost ? (string[])[] : ["--"],
         .. command];

    internal async Task OwnAsync(string directory, CancellationToken cancellationToken)
    {
        if (user is not null)
            await RunAsync(["chown", "-R", $"{user}:", "--", directory], cancellationToken);
        await RunAsync(["chmod", "700", "--", directory], cancellationToken);
    }

    /// <summary>Whether the account can reach files inside <paramref name="directory"/>: root's home, for one, is closed to others.</summary>
    internal async Task<bool> CanReachAsync(string directory, CancellationToken cancellationToken) =>
        user is null || (await TryRunAsync(Wrap(["test", "-x", directory], endsWithHost: false), cancellationToken)).ExitCode == 0;

    internal static async Task RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await TryRunAsync(command, cancellationToken);
        if (exitCode != 0)
            throw new EmbeddedPostgresException($"'{string.Join(' ', command)}' ended with exit code {exitCode}: {output.Trim()}");
    }

    internal static ProcessStartInfo StartInfo(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { WorkingDirectory = "/" };
        // Nothing of the host's environment: PGDATA, PGPORT and the like would steer the server, and secrets are not its business.
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        start.Environment["PATH"] = path + ":/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["TZ"] = "UTC";
        return start;
    }

    private static async Task<(int ExitCode, string Output)> TryRunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var start = StartInfo(command);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, await output + await errors);
        }
        catch (System.ComponentModel.Win32Exception fault)
        {
            throw new EmbeddedPostgresException($"Cannot run '{command[0]}': {fault.Message}. It is part of Debian's util-linux, coreutils or postgresql packages.");
        }
    }

    private static bool Exists(string name) => PasswdLine(name) is not null;

    private string PrimaryGroup() => PasswdLine(user!)!.Split(':')[3];

    private static string? PasswdLine(string name) =>
        File.ReadLines("/etc/passwd").FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal));

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();
}
