using System.Diagnostics;
using ScaiDrive.Tests.Support.Samba;

namespace ScaiDrive.Bench.Smb;

/// <summary>Who else copies a share: smbclient and rclone, as they come. Neither flushes what it writes, and neither can tell later what changed.</summary>
internal static class SmbPeers
{
    /// <summary>All of a share into a directory, with <c>mget</c>.</summary>
    internal static async Task<double> SmbClientAsync(SambaServer server, string share, string target)
    {
        Directory.CreateDirectory(target);
        var began = Stopwatch.GetTimestamp();
        await server.SmbClientAsync(MeasuredShare.User, share, "recurse", "prompt", $"lcd {target}", "mget *");
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>All of a share into a directory, with <c>rclone copy</c> and its defaults: four files at a time.</summary>
    internal static async Task<double> RcloneAsync(SambaServer server, string share, string target, CancellationToken cancellationToken)
    {
        var password = (await RunAsync("rclone", ["obscure", "-"], MeasuredShare.User.Password, [], cancellationToken)).Trim();
        (string, string)[] remote =
        [
            // Not the configuration of whoever runs this.
            ("RCLONE_CONFIG", target + ".conf"),
            ("RCLONE_CONFIG_SHARE_TYPE", "smb"),
            ("RCLONE_CONFIG_SHARE_HOST", server.Host),
            ("RCLONE_CONFIG_SHARE_USER", MeasuredShare.User.Name),
            ("RCLONE_CONFIG_SHARE_PASS", password),
        ];
        var began = Stopwatch.GetTimestamp();
        await RunAsync("rclone", ["copy", $"share:{share}", target], "", remote, cancellationToken);
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>What the wire gives: every file read once by smbclient, to nowhere.</summary>
    internal static async Task<double> ReadAsync(SambaServer server, string share, IEnumerable<string> files)
    {
        var began = Stopwatch.GetTimestamp();
        await server.SmbClientAsync(MeasuredShare.User, share, [.. files.Select(file => $"get {file} /dev/null")]);
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task<string> RunAsync(
        string program, string[] arguments, string input, (string Name, string Value)[] environment, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {arguments[0]} failed:\n{output}{await error}");
    }
}
