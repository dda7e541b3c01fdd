using System.Diagnostics;

namespace ScaiDrive.Connectors.Tests.Smb;

/// <summary>The child processes of this test run that talk to servers.</summary>
internal static class SmbAgents
{
    /// <summary>Kills those that are connected to an address, as the kernel does when memory runs out.</summary>
    /// <returns>How many there were.</returns>
    internal static int KillAll(string host)
    {
        var killed = 0;
        foreach (var id in Children())
        {
            if (!IsConnectedTo(id, host))
                continue;
            using var process = Process.GetProcessById(id);
            process.Kill();
            killed++;
        }

        return killed;
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

    // Sockets of a process are links to inodes; the table of connections tells the address behind each.
    private static bool IsConnectedTo(int id, string host)
    {
        var address = string.Concat(System.Net.IPAddress.Parse(host).GetAddressBytes().Reverse().Select(part => part.ToString("X2", System.Globalization.CultureInfo.InvariantCulture)));
        var inodes = File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6"))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[2].Split(':')[0].EndsWith(address, StringComparison.Ordinal))
            .Select(fields => $"socket:[{fields[9]}]")
            .ToHashSet(StringComparer.Ordinal);
        return Directory.EnumerateFileSystemEntries($"/proc/{id}/fd").Any(entry => inodes.Contains(new FileInfo(entry).LinkTarget ?? ""));
    }
}
