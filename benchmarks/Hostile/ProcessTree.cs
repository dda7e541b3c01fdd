using System.Globalization;

namespace ScaiDrive.Bench.Hostile;

/// <summary>What this process and everything it started hold in memory, sampled until disposed.</summary>
internal sealed class ProcessTree : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _over = new();
    private readonly Task _sampling;
    private readonly int _root;

    internal ProcessTree(int? root = null)
    {
        _root = root ?? Environment.ProcessId;
        _sampling = SampleAsync();
    }

    /// <summary>Most resident bytes of the process itself.</summary>
    internal long PeakOfRoot { get; private set; }

    /// <summary>Most resident bytes of one child together with the tools it started.</summary>
    internal long PeakOfChild { get; private set; }

    /// <summary>Everything a process started that still runs.</summary>
    internal static List<int> Descendants(int root)
    {
        var found = new List<int>();
        var pending = new Stack<int>([root]);
        while (pending.TryPop(out var parent))
        {
            foreach (var child in ChildrenOf(parent))
            {
                found.Add(child);
                pending.Push(child);
            }
        }
        return found;
    }

    /// <summary>Whether a process works in a folder or was started for it; the folder may be gone.</summary>
    internal static bool BelongsTo(int process, string folder)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Contains(folder, StringComparison.Ordinal)
                || new FileInfo($"/proc/{process}/cwd").LinkTarget?.StartsWith(folder, StringComparison.Ordinal) == true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false; // it has ended
        }
    }

    private async Task SampleAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_over.Token))
            {
                PeakOfRoot = Math.Max(PeakOfRoot, ResidentBytes(_root));
                foreach (var child in ChildrenOf(_root))
                    PeakOfChild = Math.Max(PeakOfChild, ResidentBytes(child) + Descendants(child).Sum(ResidentBytes));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static List<int> ChildrenOf(int parent)
    {
        var children = new List<int>();
        try
        {
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{parent}/task"))
            {
                foreach (var child in File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    children.Add(int.Parse(child, CultureInfo.InvariantCulture));
            }
        }
        catch (IOException)
        {
            // It ended while it was being looked at.
        }
        return children;
    }

    private static long ResidentBytes(int process)
    {
        try
        {
            return long.Parse(File.ReadAllText($"/proc/{process}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
        }
        catch (Exception fault) when (fault is IOException or IndexOutOfRangeException)
        {
            return 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _sampling;
        _over.Dispose();
    }
}
