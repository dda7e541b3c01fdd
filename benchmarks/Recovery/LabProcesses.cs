using System.Globalization;

namespace ScaiDrive.Bench.Recovery;

/// <summary>Which processes of a lab there are, as the kernel tells it.</summary>
internal static class LabProcesses
{
    /// <summary>Everything alive that carries the lab's mark.</summary>
    internal static IReadOnlyList<(int Id, string Command)> Marked(string mark) =>
        [.. All().Where(id => Read(id, "environ").Contains($"{WorkerProcess.MarkVariable}={mark}", StringComparison.Ordinal))
            .Select(id => (id, Read(id, "cmdline").Replace('\0', ' ').Trim()))
            // Between the look at its environment and the one at its command line it may have ended.
            .Where(process => process.Item2.Length > 0)];

    /// <summary>Live children of one process.</summary>
    internal static IReadOnlyList<int> Children(int parent) =>
        [.. All().Where(id => Status(id) is { } status && status.Parent == parent && status.State != 'Z')];

    internal static bool IsAlive(int id) => Status(id) is { State: not 'Z' };

    /// <summary>Ended processes that their parents, the given ones, have not taken note of.</summary>
    internal static IReadOnlyList<int> Zombies(IReadOnlyCollection<int> parents) =>
        [.. All().Where(id => Status(id) is { State: 'Z' } status && parents.Contains(status.Parent))];

    private static IEnumerable<int> All() =>
        Directory.EnumerateDirectories("/proc").Select(path => int.TryParse(Path.GetFileName(path), out var id) ? id : 0).Where(id => id > 0);

    private static (char State, int Parent)? Status(int id)
    {
        // "pid (name) state parent ...", and the name may hold anything.
        var stat = Read(id, "stat");
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 1 ? (fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture)) : null;
    }

    private static string Read(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It has ended, or it is not ours to look at.
            return "";
        }
    }
}
