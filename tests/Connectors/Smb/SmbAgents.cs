using System.Diagnostics;

namespace ScaiDrive.Connectors.Tests.Smb;

/// <summary>The child processes of this test run that talk to servers.</summary>
internal static class SmbAgents
{
    /// <summary>Kills the one that sits at a port, as the kernel does when memory runs out.</summary>
    /// <returns>Whether there was one.</returns>
    internal static bool Kill(int? port)
    {
        if (port is null || Children().Find(id => SitsAt(id, port.Value)) is not (> 0 and var agent))
            return false;
        using var process = Process.GetProcessById(agent);
        process.Kill();
        return true;
    }

    internal static List<int> Children() =>
        [.. Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), out var id) ? id : 0).Where(id => id != 0 && IsAgent(id))];

    private static bool IsAgent(int id)
    {
        try
        {
            // The fourth field of stat, after the name in parentheses and the state, is the parent.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var parent = int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
            return parent == Environment.ProcessId && File.ReadAllText($"/proc/{id}/cmdline").Contains("--smb-agent", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    // Sockets of a process are links to inodes; the table of connections tells the port of each.
    private static bool SitsAt(int id, int port)
    {
        var end = $":{port:X4}";
        var inodes = File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6"))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[1].EndsWith(end, StringComparison.Ordinal))
            .Select(fields => $"socket:[{fields[9]}]")
            .ToHashSet(StringComparer.Ordinal);
        try
        {
            return Directory.EnumerateFileSystemEntries($"/proc/{id}/fd").Any(entry => inodes.Contains(new FileInfo(entry).LinkTarget ?? ""));
        }
        catch (IOException)
        {
            return false;
        }
    }
}
