using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ScaiDrive.Drive;

/// <summary>Makes changes of a directory (a new name, a new subdirectory) survive a power cut, which flushing the file alone
/// does not: fsync(2), section Notes.</summary>
internal static class DurableDirectory
{
    private const int Enoent = 2, Einval = 22, Enospc = 28, Edquot = 122;
    private const int OpenReadOnly = 0, OpenDirectory = 0x10000, OpenCloseOnExec = 0x80000;
    private const int OpenDirectoryArm64 = 0x4000;

    /// <summary>Makes the directory and its missing parents, readable only to this account, and makes that last.</summary>
    internal static void Create(string directory)
    {
        var changed = new List<string>();
        CreateUnflushed(directory, changed);
        foreach (var parent in changed)
            Flush(parent);
    }

    /// <summary>As <see cref="Create"/>, but leaves it to the caller to flush the directories that got a new entry.</summary>
    internal static void CreateUnflushed(string directory, ICollection<string> changed)
    {
        if (Directory.Exists(directory))
            return;
        var parent = Path.GetDirectoryName(directory)!;
        CreateUnflushed(parent, changed);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        changed.Add(parent);
    }

    /// <summary>Returns when the entries of the directory are on disk.</summary>
    internal static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
            return; // NTFS journals its directories; there is no call for it.
        using var handle = Open(directory);
        // EINVAL: the file system (some network ones) has no way to flush a directory.
        if (FlushHandle(handle) != 0 && Marshal.GetLastPInvokeError() != Einval)
            throw Fault(directory);
    }

    /// <summary>The directory itself, for calls that take a descriptor. Not for Windows.</summary>
    internal static SafeFileHandle Open(string directory)
    {
        var openDirectory = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? OpenDirectoryArm64 : OpenDirectory;
        var handle = Open(Encoding.UTF8.GetBytes(directory + '\0'), OpenReadOnly | openDirectory | OpenCloseOnExec);
        return handle < 0 ? throw Fault(directory) : new SafeFileHandle(handle, ownsHandle: true);
    }

    /// <summary>Whether the fault means that no space is left, for anyone or for this account.</summary>
    internal static bool IsDiskFull(IOException fault) =>
        OperatingSystem.IsWindows() ? (fault.HResult & 0xFFFF) is 0x70 or 0x27 : fault.HResult is Enospc or Edquot;

    /// <summary>The error of the last call, about a directory.</summary>
    internal static IOException Fault(string directory)
    {
        var error = Marshal.GetLastPInvokeError();
        var reason = new Win32Exception(error).Message;
        return error == Enoent
            ? new DirectoryNotFoundException($"{directory}: {reason}")
            : new IOException($"{directory}: {reason}", error);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FlushHandle(SafeFileHandle handle);
}
