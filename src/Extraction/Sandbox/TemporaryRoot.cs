using System.Globalization;

namespace ScaiDrive.Extraction.Sandbox;

/// <summary>This process's private temporary folder, and the broom for folders of processes that died without tidying.</summary>
/// <remarks>
/// The name is <c>pid-starttime</c>. A lock file beside it stays open: owners in other containers that share the disk
/// have process ids of their own, but the lock they hold is seen by all.
/// </remarks>
internal sealed class TemporaryRoot : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly FileStream _held;
    private int _next;

    private TemporaryRoot(string path, FileStream held) => (Path, _held) = (path, held);

    internal string Path { get; }

    /// <summary>Sweeps what dead owners left, then makes a folder of our own.</summary>
    /// <exception cref="IOException">The folder cannot be made.</exception>
    internal static TemporaryRoot Open(string? directory)
    {
        directory ??= System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"scaidrive-extraction-{Environment.UserName}");
        Directory.CreateDirectory(directory, Private);
        Sweep(directory);
        for (var serial = 0; ; serial++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{ProcessGroup.StartTime(Environment.ProcessId) ?? 0}-{serial}");
            var path = System.IO.Path.Combine(directory, name);
            try
            {
                var held = new FileStream(path + ".lock", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
                Directory.CreateDirectory(path, Private);
                return new(path, held);
            }
            catch (IOException) when (File.Exists(path + ".lock") && serial < 10_000)
            {
                // Another pool of this process has that number.
            }
        }
    }

    /// <summary>A fresh folder for one child.</summary>
    internal string NewFolder()
    {
        var path = System.IO.Path.Combine(Path, Interlocked.Increment(ref _next).ToString(CultureInfo.InvariantCulture));
        Directory.CreateDirectory(path, Private);
        return path;
    }

    /// <summary>Removes folders of dead owners and ends tools that still work in them.</summary>
    /// <returns>How many folders went.</returns>
    internal static int Sweep(string directory)
    {
        var swept = 0;
        foreach (var folder in Directory.EnumerateDirectories(directory))
        {
            var name = System.IO.Path.GetFileName(folder).Split('-');
            if (name.Length != 3 || !int.TryParse(name[0], out var pid) || !long.TryParse(name[1], out var started))
                continue;
            if (ProcessGroup.StartTime(pid) == started || IsHeld(folder + ".lock"))
                continue;
            EndProcessesIn(folder);
            Remove(folder);
            File.Delete(folder + ".lock");
            swept++;
        }
        return swept;
    }

    /// <summary>Removes a folder with all it holds. What cannot be removed stays for the next sweep.</summary>
    internal static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static bool IsHeld(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    // Only a process of ours has such a folder as its working directory: children and their tools run there.
    private static void EndProcessesIn(string folder)
    {
        foreach (var pid in ProcessGroup.All())
        {
            try
            {
                if (File.ResolveLinkTarget($"/proc/{pid}/cwd", returnFinalTarget: false)?.FullName is { } current
                    && current.StartsWith(folder + "/", StringComparison.Ordinal))
                    _ = Native.Kill(pid, Native.SigKill);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Gone, or somebody else's.
            }
        }
    }

    public void Dispose()
    {
        Remove(Path);
        File.Delete(_held.Name);
        _held.Dispose();
    }
}
