using System.Globalization;
using System.Text;

namespace ScaiDrive.Extraction.Sandbox;

/// <summary>What a process and everything it started use together.</summary>
internal readonly record struct Usage(long ResidentBytes, TimeSpan ProcessorTime);

/// <summary>Looks at and ends a process group through <c>/proc</c>.</summary>
internal static class ProcessGroup
{
    private const int TicksPerSecond = 100; // USER_HZ, fixed on every Linux that .NET runs on

    /// <summary>Ends every process of the group at once. Safe when it is gone.</summary>
    internal static void Kill(int leader)
    {
        _ = Native.Kill(-leader, Native.SigKill);
        _ = Native.Kill(leader, Native.SigKill); // not yet a leader when killed right after its start
    }

    /// <summary>True while the process runs; a zombie does not.</summary>
    internal static bool IsRunning(int pid) => ReadStat(pid) is { State: not ('Z' or 'X') };

    /// <summary>Processes of the group, zombies left out.</summary>
    internal static List<int> Members(int leader) =>
        [.. All().Where(pid => ReadStat(pid) is { } stat && stat.Group == leader && stat.State is not ('Z' or 'X'))];

    /// <summary>Memory of the process alone, and its processor time with that of children it has reaped.</summary>
    internal static Usage MeasureAlone(int pid) =>
        ReadStat(pid) is { } stat ? new(stat.ResidentPages * Environment.SystemPageSize, TimeSpan.FromSeconds((double)stat.Ticks / TicksPerSecond)) : default;

    /// <summary>Memory and processor time of a process and its descendants; processor time of those already gone is in their parent's.</summary>
    internal static Usage Measure(int root)
    {
        long resident = 0, ticks = 0;
        var count = 0;
        var pending = new Stack<int>([root]);
        while (pending.TryPop(out var pid) && count < 1000)
        {
            if (ReadStat(pid) is not { } stat)
                continue;
            count++;
            resident += stat.ResidentPages * Environment.SystemPageSize;
            ticks += stat.Ticks;
            foreach (var child in Children(pid))
                pending.Push(child);
        }
        return new(resident, TimeSpan.FromSeconds((double)ticks / TicksPerSecond));
    }

    /// <summary>Start of a process in clock ticks since boot; with the process id it names a process for ever. Null when there is none.</summary>
    internal static long? StartTime(int pid) => ReadStat(pid)?.StartTime;

    internal static IEnumerable<int> All() =>
        from path in Directory.EnumerateDirectories("/proc")
        let name = Path.GetFileName(path)
        where char.IsAsciiDigit(name[0])
        select int.Parse(name, CultureInfo.InvariantCulture);

    private static List<int> Children(int pid)
    {
        var children = new List<int>();
        try
        {
            foreach (var task in Directory.EnumerateDirectories($"/proc/{pid}/task"))
            {
                foreach (var child in File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    children.Add(int.Parse(child, CultureInfo.InvariantCulture));
            }
        }
        catch (FileNotFoundException)
        {
            // A kernel without CONFIG_PROC_CHILDREN: look at every process instead.
            children = [.. All().Where(other => ReadStat(other)?.Parent == pid)];
        }
        catch (IOException)
        {
            // The process ended while it was being looked at.
        }
        return children;
    }

    private readonly record struct Stat(char State, int Parent, int Group, long Ticks, long StartTime, long ResidentPages);

    private static Stat? ReadStat(int pid)
    {
        Span<byte> buffer = stackalloc byte[1024];
        int length;
        try
        {
            using var file = File.OpenHandle($"/proc/{pid}/stat");
            length = RandomAccess.Read(file, buffer, 0);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // The second field is the program's name in brackets and may hold anything, brackets included.
        var text = Encoding.ASCII.GetString(buffer[..length]);
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return fields.Length < 22
            ? null
            : new(fields[0][0], (int)Number(fields[1]), (int)Number(fields[2]),
                Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]), Number(fields[19]), Number(fields[21]));

        static long Number(string field) => long.Parse(field, CultureInfo.InvariantCulture);
    }
}
