using System.Globalization;

namespace ScaiDrive.Bench.Smb;

/// <summary>Seconds of processor time that this process and all below it have taken, by who took them: a measure that other load disturbs little.
/// Linux only; elsewhere everything is 0.</summary>
internal readonly record struct ProcessorTimes(double Host, double FileServer, double Database, double Others)
{
    private const double TicksPerSecond = 100; // USER_HZ, as /proc tells it on every Linux

    internal double Total => Host + FileServer + Database + Others;

    private readonly record struct Known(int Parent, string Name, double Own, double Reaped);

    public static ProcessorTimes operator -(ProcessorTimes later, ProcessorTimes earlier) => new(
        later.Host - earlier.Host, later.FileServer - earlier.FileServer, later.Database - earlier.Database, later.Others - earlier.Others);

    internal static ProcessorTimes Read()
    {
        var known = new Dictionary<int, Known>();
        foreach (var directory in Directory.Exists("/proc") ? Directory.EnumerateDirectories("/proc") : [])
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && ReadOne(directory) is { } one)
                known[id] = one;
        }

        if (!known.TryGetValue(Environment.ProcessId, out var host))
            return default;
        var (fileServer, database, others) = (0.0, 0.0, host.Reaped);
        foreach (var (id, one) in known)
        {
            switch (BelowHost(known, id))
            {
                case "smbd":
                    fileServer += one.Own + one.Reaped;
                    break;
                case "postgres":
                    database += one.Own + one.Reaped;
                    break;
                case not null:
                    others += one.Own + one.Reaped;
                    break;
            }
        }

        return new ProcessorTimes(host.Own, fileServer, database, others);
    }

    /// <summary>Milliseconds for each of so many.</summary>
    internal object Per(int count) => new
    {
        host = Math.Round(Host * 1e3 / count, 3),
        smbd = Math.Round(FileServer * 1e3 / count, 3),
        postgres = Math.Round(Database * 1e3 / count, 3),
        // Agents, smbclient, rclone.
        clients = Math.Round(Others * 1e3 / count, 3),
    };

    /// <summary>Name of the child of this process that a process belongs to; null when it belongs to none.</summary>
    private static string? BelowHost(Dictionary<int, Known> known, int id)
    {
        while (known.TryGetValue(id, out var one))
        {
            if (one.Parent == Environment.ProcessId)
                return one.Name;
            id = one.Parent;
        }

        return null;
    }

    private static Known? ReadOne(string directory)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(directory, "stat"));
            var (open, close) = (text.IndexOf('('), text.LastIndexOf(')'));
            // After the name: state, parent, ...; user and system time are fields 14 and 15 of all, those of reaped children 16 and 17.
            var fields = text[(close + 2)..].Split(' ');
            return new Known(int.Parse(fields[1], CultureInfo.InvariantCulture), text[(open + 1)..close], Seconds(fields, 11), Seconds(fields, 13));
        }
        catch (IOException)
        {
            // It has ended.
            return null;
        }

        static double Seconds(string[] fields, int at) =>
            (double.Parse(fields[at], CultureInfo.InvariantCulture) + double.Parse(fields[at + 1], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
