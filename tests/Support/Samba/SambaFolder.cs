using System.Diagnostics;

namespace ScaiDrive.Tests.Support.Samba;

/// <summary>Where one server keeps everything, and by which its processes and mounts are known.</summary>
internal sealed class SambaFolder
{
    private const string Prefix = "scaidrive-samba-";

    private SambaFolder(string path) => Path = path;

    internal string Path { get; }

    internal string Configuration => System.IO.Path.Combine(Path, "smb.conf");

    internal string Logs => Make("log");

    internal static SambaFolder Create()
    {
        var directory = Directory.CreateTempSubdirectory($"{Prefix}{Environment.ProcessId}-");
        // Users of the server, who are other accounts, must be able to pass through to the shares.
        directory.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return new SambaFolder(directory.FullName);
    }

    internal string Make(string name) => Directory.CreateDirectory(System.IO.Path.Combine(Path, name)).FullName;

    /// <summary>Removes what servers of test runs left that were killed.</summary>
    internal static async Task SweepDeadRunsAsync()
    {
        foreach (var path in Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
        {
            if (!int.TryParse(System.IO.Path.GetFileName(path)[Prefix.Length..].Split('-')[0], out var owner) || Directory.Exists($"/proc/{owner}"))
                continue;
            var folder = new SambaFolder(path);
            await folder.KillProcessesAsync();
            folder.Remove();
        }
    }

    /// <summary>Ends every process that was started with a file of this folder, by its id.</summary>
    internal async Task KillProcessesAsync()
    {
        // A process that forks while we look is found by the next look; one that has ended has no command line.
        while (Processes() is { Count: > 0 } processes)
        {
            foreach (var id in processes)
            {
                try
                {
                    using var process = Process.GetProcessById(id);
                    process.Kill();
                }
                catch (Exception fault) when (fault is ArgumentException or InvalidOperationException)
                {
                    // It ended by itself.
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    internal void Remove()
    {
        foreach (var mount in Mounts())
            Run("umount", "--lazy", mount);
        // Not Directory.Delete: tests make names that .NET cannot address.
        Run("rm", "-rf", "--one-file-system", Path);
    }

    private List<int> Processes() =>
        [.. Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(System.IO.Path.GetFileName(path), out var id) ? id : 0).Where(Belongs)];

    private bool Belongs(int id)
    {
        if (id == 0)
            return false;
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Contains(Path + "/", StringComparison.Ordinal);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private IEnumerable<string> Mounts() =>
        File.ReadAllLines("/proc/mounts").Select(line => line.Split(' ')[1]).Where(mount => mount.StartsWith(Path + "/", StringComparison.Ordinal));

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
    }
}
