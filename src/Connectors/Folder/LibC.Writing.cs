using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ScaiDrive.Connectors.Folder;

/// <summary>The calls that change a directory. All answer 0 or the error number.</summary>
internal static unsafe partial class LibC
{
    private const int WriteOnly = 1;
    private const int Create = 0x40;
    private const int Exclusive = 0x80;
    private const int RemoveDirectory = 0x200;
    private const uint NoReplace = 1;
    private const uint SwapBoth = 2;

    /// <summary>Makes a file that must not exist and opens it for writing; never follows a link.</summary>
    internal static SafeFileHandle? CreateFile(SafeFileHandle directory, ReadOnlySpan<byte> name, out int errno)
    {
        var descriptor = openat(Descriptor(directory), ZeroEnded(name), WriteOnly | Create | Exclusive | NoFollow | CloseOnExec, 0x1B6);
        errno = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    internal static int MakeDirectory(SafeFileHandle directory, ReadOnlySpan<byte> name) =>
        Errno(mkdirat(Descriptor(directory), ZeroEnded(name), 0x1FF));

    /// <summary>Removes a name; of a directory only when it is empty.</summary>
    internal static int Remove(SafeFileHandle directory, ReadOnlySpan<byte> name, bool isDirectory) =>
        Errno(unlinkat(Descriptor(directory), ZeroEnded(name), isDirectory ? RemoveDirectory : 0));

    /// <summary>Gives a file or directory another name, which must be free.</summary>
    internal static int MoveToFree(SafeFileHandle fromDirectory, ReadOnlySpan<byte> from, SafeFileHandle toDirectory, ReadOnlySpan<byte> to, bool isDirectory)
    {
        var errno = Errno(renameat2(Descriptor(fromDirectory), ZeroEnded(from), Descriptor(toDirectory), ZeroEnded(to), NoReplace));
        if (errno is not (EINVAL or ENOSYS))
            return errno;
        // Some network file systems cannot refuse to replace. A second name fails when it is taken; a directory cannot have one.
        if (isDirectory)
            return Stat(toDirectory, to, out _) == 0 ? EEXIST : Replace(fromDirectory, from, toDirectory, to);
        errno = Errno(linkat(Descriptor(fromDirectory), ZeroEnded(from), Descriptor(toDirectory), ZeroEnded(to), 0));
        return errno != 0 ? errno : Remove(fromDirectory, from, isDirectory: false);
    }

    /// <summary>Lets two files of one directory change names; <see cref="EINVAL"/> where the file system cannot.</summary>
    internal static int Swap(SafeFileHandle directory, ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) =>
        Errno(renameat2(Descriptor(directory), ZeroEnded(one), Descriptor(directory), ZeroEnded(other), SwapBoth));

    /// <summary>Gives a file or directory another name, whatever had it.</summary>
    internal static int Replace(SafeFileHandle fromDirectory, ReadOnlySpan<byte> from, SafeFileHandle toDirectory, ReadOnlySpan<byte> to) =>
        Errno(renameat2(Descriptor(fromDirectory), ZeroEnded(from), Descriptor(toDirectory), ZeroEnded(to), 0));

    /// <summary>Makes the names in a directory survive a power failure.</summary>
    internal static int Flush(SafeFileHandle directory)
    {
        var descriptor = openat(Descriptor(directory), "."u8, ReadOnly | DirectoryOnly | CloseOnExec, 0);
        if (descriptor < 0)
            return Marshal.GetLastPInvokeError();
        var errno = Errno(fsync(descriptor));
        _ = close(descriptor);
        return errno;
    }

    /// <summary>Gives a file the permission bits and, where allowed, the owner of another one.</summary>
    internal static void TakeAfter(SafeFileHandle file, FileFacts model)
    {
        _ = fchown(Descriptor(file), model.UserId, model.GroupId);
        _ = fchmod(Descriptor(file), model.Mode & 0xFFFu);
    }

    private static int Errno(int result) => result == 0 ? 0 : Marshal.GetLastPInvokeError();

#pragma warning disable IDE1006 // The names are those of the C library.
    [LibraryImport("libc", SetLastError = true)]
    private static partial int mkdirat(int directory, ReadOnlySpan<byte> path, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlinkat(int directory, ReadOnlySpan<byte> path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int renameat2(int fromDirectory, ReadOnlySpan<byte> from, int toDirectory, ReadOnlySpan<byte> to, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int linkat(int fromDirectory, ReadOnlySpan<byte> from, int toDirectory, ReadOnlySpan<byte> to, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchmod(int descriptor, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchown(int descriptor, uint user, uint group);
#pragma warning restore IDE1006
}
