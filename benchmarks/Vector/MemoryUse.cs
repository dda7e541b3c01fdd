using System.Globalization;

namespace ScaiDrive.Bench.Vector;

/// <summary>Where the memory of this process is, in megabytes, after a collection.</summary>
/// <param name="ResidentMb">Its own: heap, stacks, native allocations.</param>
/// <param name="MappedMb">Pages of mapped files present; the kernel takes them back when others need room.</param>
/// <param name="ManagedMb">The part of the managed heap that is in use.</param>
internal sealed record MemoryUse(double ResidentMb, double MappedMb, double ManagedMb)
{
    internal static MemoryUse Now()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var status = File.ReadLines("/proc/self/status").Select(line => line.Split(':', 2)).ToDictionary(parts => parts[0], parts => parts[1].Trim());
        return new(Megabytes(status["RssAnon"]), Megabytes(status["RssFile"]) + Megabytes(status["RssShmem"]), GC.GetTotalMemory(forceFullCollection: true) / 1048576.0);
    }

    internal MemoryUse Less(MemoryUse before) =>
        new(Math.Round(ResidentMb - before.ResidentMb), Math.Round(MappedMb - before.MappedMb), Math.Round(ManagedMb - before.ManagedMb));

    private static double Megabytes(string kilobytes) => double.Parse(kilobytes.Split(' ')[0], CultureInfo.InvariantCulture) / 1024;
}
