namespace ScaiDrive.Extraction.Formats;

/// <summary>A file in the private folder that stops growing while the disk still has room for others.</summary>
internal sealed class TemporaryFile(string path) : IDisposable
{
    // Databases and logs on the same disk must go on; a file that needs this room waits for another attempt.
    internal const long Reserve = 128 << 20;

    private const int NoSpace = 28; // ENOSPC
    private const long CheckedEvery = 32 << 20;

    private readonly FileStream _file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
    private long _unchecked;

    /// <exception cref="IOException">The disk is full, or would be.</exception>
    internal void Write(ReadOnlySpan<byte> bytes)
    {
        _unchecked += bytes.Length;
        if (_unchecked > CheckedEvery)
        {
            _unchecked = 0;
            if (new DriveInfo(path).AvailableFreeSpace < Reserve)
                throw new IOException("The temporary folder has no room left.", NoSpace);
        }
        _file.Write(bytes);
    }

    public void Dispose() => _file.Dispose();
}
