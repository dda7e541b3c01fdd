namespace ScaiDrive.Workers.Host.Configuration;

/// <summary>One host at a time on a data directory; the kernel releases the lock however the process ends.</summary>
internal sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream file;

    private DataDirectoryLock(FileStream file) => this.file = file;

    /// <exception cref="DataDirectoryInUseException">Another host holds it.</exception>
    internal static DataDirectoryLock Take(string directory)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "lock");
        try
        {
            return new DataDirectoryLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException fault) when (fault is not DirectoryNotFoundException)
        {
            throw new DataDirectoryInUseException(directory);
        }
    }

    public void Dispose() => file.Dispose();
}

/// <summary>Two hosts may not share a data directory.</summary>
internal sealed class DataDirectoryInUseException(string directory)
    : Exception($"Another ScaiDrive host runs on {directory}. Stop it, or give this one a directory of its own (up: --data DIR; a further api: SCAIDRIVE_INDEX_DIR).");
