using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ScaiDrive.Drive;

/// <summary>Makes everything written to a file system so far survive a power cut with one call, syncfs(2), instead of one fsync(2) per
/// file and directory.</summary>
/// <remarks>
/// <para>200 files of 4 KiB into the two levels of <c>chunks/</c> on ext4, by one fsync(2) for each file and each directory: 83 ms with
/// three at a time, 230 ms one after the other; by two syncfs(2): 19 ms, of which 12 are the files themselves. On a disk whose flush takes
/// milliseconds the distance grows with it.</para>
/// <para>Only where the call keeps the promise: it reports bytes that could not be written since Linux 5.8, to descriptors that were open
/// before they were written; and some file systems (most of FUSE) ignore it. It also waits for what others have written to the same
/// file system.</para>
/// </remarks>
internal sealed class FileSystemFlush : IDisposable
{
    private const long Ext4 = 0xEF53, Xfs = 0x58465342, Btrfs = 0x9123683E;
    private static readonly Version TellsOfErrors = new(5, 8);

    private readonly string directory;
    private readonly SafeFileHandle handle;

    private FileSystemFlush(string directory, SafeFileHandle handle) => (this.directory, this.handle) = (directory, handle);

    /// <summary>Whether the call keeps the promise for what lies in this directory.</summary>
    internal static bool IsTrusted(string directory)
    {
        if (!OperatingSystem.IsLinux() || Environment.OSVersion.Version < TellsOfErrors || !Environment.Is64BitProcess)
            return false;
        // struct statfs is 120 bytes and begins with the type.
        var facts = new byte[256];
        return StatFileSystem(Encoding.UTF8.GetBytes(directory + '\0'), facts) == 0 && BitConverter.ToInt64(facts) is Ext4 or Xfs or Btrfs;
    }

    /// <summary>To be opened before the first byte is written that it is to answer for.</summary>
    internal static FileSystemFlush Open(string directory) => new(directory, DurableDirectory.Open(directory));

    /// <summary>Returns when all that was written to the file system before the call is on disk.</summary>
    /// <exception cref="IOException">Some of what was written since <see cref="Open"/> may not be.</exception>
    internal void Flush()
    {
        if (Synchronize(handle) != 0)
            throw DurableDirectory.Fault(directory);
    }

    public void Dispose() => handle.Dispose();

    [DllImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Synchronize(SafeFileHandle handle);

    [DllImport("libc", EntryPoint = "statfs", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatFileSystem(byte[] path, byte[] facts);
}
