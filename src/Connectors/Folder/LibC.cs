using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ScaiDrive.Connectors.Folder;

/// <summary>The few calls of the C library that .NET does not offer: raw names, identities, and opening without following links.</summary>
/// <remarks>Linux, 64 bit. <c>struct statx</c> is the same on all architectures, unlike <c>struct stat</c>; see statx(2).</remarks>
internal static unsafe partial class LibC
{
    internal const int EPERM = 1, ENOENT = 2, EIO = 5, ENXIO = 6, EAGAIN = 11, EACCES = 13, EEXIST = 17, ENOTDIR = 20, EINVAL = 22, ETXTBSY = 26,
        ENOSPC = 28, EROFS = 30, ENAMETOOLONG = 36, ENOSYS = 38, ENOTEMPTY = 39, ELOOP = 40, EDQUOT = 122;

    private const int AtCurrentDirectory = -100;
    private const int AtSymlinkNoFollow = 0x100;
    private const int AtNoAutomount = 0x800;
    private const int AtEmptyPath = 0x1000;
    private const uint StatxBasicAndBirth = 0x0fff;
    private const uint StatxBirth = 0x0800;

    private const int ReadOnly = 0;
    private const int NoControllingTerminal = 0x100;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int PathOnly = 0x200000;
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    private static readonly int DirectoryOnly = IsArm ? 0x4000 : 0x10000;
    private static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;

    /// <summary>Opens a directory by its path, following links; for the root of a source, whose real path is known.</summary>
    internal static SafeFileHandle? OpenRoot(ReadOnlySpan<byte> path, out int errno) =>
        Open(AtCurrentDirectory, path, PathOnly | DirectoryOnly | CloseOnExec, out errno);

    /// <summary>Opens a directory inside another one so that it can be passed through; never follows a link.</summary>
    internal static SafeFileHandle? Enter(SafeFileHandle directory, ReadOnlySpan<byte> name, out int errno) =>
        Open(Descriptor(directory), name, PathOnly | DirectoryOnly | NoFollow | CloseOnExec, out errno);

    /// <summary>Opens a file for reading; never follows a link, never waits for the other end of a pipe.</summary>
    internal static SafeFileHandle? OpenFile(SafeFileHandle directory, ReadOnlySpan<byte> name, out int errno) =>
        Open(Descriptor(directory), name, ReadOnly | NoFollow | NonBlocking | NoControllingTerminal | CloseOnExec, out errno);

    /// <summary>Raw names in a directory, without <c>.</c> and <c>..</c>, in no order; null when it cannot be listed.</summary>
    internal static List<byte[]>? ReadNames(SafeFileHandle directory, out int errno)
    {
        // A path-only descriptor cannot be listed; "." through it opens the same directory again.
        var descriptor = openat(Descriptor(directory), "."u8, ReadOnly | DirectoryOnly | CloseOnExec, 0);
        if (descriptor < 0)
        {
            errno = Marshal.GetLastPInvokeError();
            return null;
        }

        var stream = fdopendir(descriptor);
        if (stream == 0)
        {
            errno = Marshal.GetLastPInvokeError();
            _ = close(descriptor);
            return null;
        }

        try
        {
            var names = new List<byte[]>();
            while (true)
            {
                var entry = readdir(stream);
                if (entry == 0)
                {
                    // The end leaves errno alone, an error sets it; the generated stub clears it before the call.
                    errno = Marshal.GetLastPInvokeError();
                    return errno == 0 ? names : null;
                }

                // struct dirent: d_ino 8, d_off 8, d_reclen 2, d_type 1, then the name, ended by a zero byte.
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)entry + 19);
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    names.Add(name.ToArray());
            }
        }
        finally
        {
            _ = closedir(stream);
        }
    }

    /// <summary>Facts about a name in a directory, the link itself if it is one; 0 or the error number.</summary>
    internal static int Stat(SafeFileHandle directory, ReadOnlySpan<byte> name, out FileFacts facts) =>
        Stat(Descriptor(directory), name, AtSymlinkNoFollow | AtNoAutomount, out facts);

    /// <summary>Facts about an open file; 0 or the error number.</summary>
    internal static int Stat(SafeFileHandle file, out FileFacts facts) => Stat(Descriptor(file), ""u8, AtEmptyPath, out facts);

    /// <summary>The path with every link resolved, or null when it does not exist.</summary>
    internal static string? RealPath(string path)
    {
        var resolved = realpath(path, 0);
        if (resolved == 0)
            return null;
        try
        {
            return Marshal.PtrToStringUTF8(resolved);
        }
        finally
        {
            free(resolved);
        }
    }

    private static int Stat(int descriptor, ReadOnlySpan<byte> name, int flags, out FileFacts facts)
    {
        facts = default;
        Statx buffer;
        if (statx(descriptor, ZeroEnded(name), flags, StatxBasicAndBirth, &buffer) != 0)
            return Marshal.GetLastPInvokeError();
        facts = new FileFacts(
            buffer.Mode,
            ((ulong)buffer.DeviceMajor << 32) | buffer.DeviceMinor,
            buffer.Inode,
            (long)buffer.Size,
            buffer.Modified.Nanoseconds,
            buffer.Changed.Nanoseconds,
            (buffer.Mask & StatxBirth) != 0 ? buffer.Born.Nanoseconds : null,
            buffer.UserId,
            buffer.GroupId);
        return 0;
    }

    private static SafeFileHandle? Open(int directory, ReadOnlySpan<byte> path, int flags, out int errno)
    {
        var descriptor = openat(directory, ZeroEnded(path), flags, 0);
        errno = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static int Descriptor(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    private static ReadOnlySpan<byte> ZeroEnded(ReadOnlySpan<byte> name)
    {
        var copy = new byte[name.Length + 1];
        name.CopyTo(copy);
        return copy;
    }

#pragma warning disable IDE1006 // The names are those of the C library.
    [LibraryImport("libc", SetLastError = true)]
    private static partial int openat(int directory, ReadOnlySpan<byte> path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint fdopendir(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint readdir(nint stream);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int closedir(nint stream);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int statx(int directory, ReadOnlySpan<byte> path, int flags, uint mask, Statx* buffer);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint realpath(string path, nint buffer);

    [LibraryImport("libc")]
    private static partial void free(nint memory);
#pragma warning restore IDE1006

    [StructLayout(LayoutKind.Sequential)]
    private struct StatxTime
    {
        public long Seconds;
        public uint Fraction;
        public int Reserved;

        public readonly long Nanoseconds => unchecked((Seconds * 1_000_000_000) + Fraction);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Statx
    {
        public uint Mask, BlockSize;
        public ulong Attributes;
        public uint Links, UserId, GroupId;
        public ushort Mode, Padding;
        public ulong Inode, Size, Blocks, AttributesMask;
        public StatxTime Accessed, Born, Changed, Modified;
        public uint RawDeviceMajor, RawDeviceMinor, DeviceMajor, DeviceMinor;
        public SpareFields Spare;
    }

    [InlineArray(14)]
    private struct SpareFields
    {
        public ulong First;
    }
}

/// <summary>What <c>statx</c> says about a file.</summary>
/// <param name="Mode">Type and permission bits.</param>
/// <param name="Device">Major number in the upper, minor in the lower half.</param>
/// <param name="Inode">Unique within the device while the file exists.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ModifiedNs">Nanoseconds since 1970.</param>
/// <param name="ChangedNs">Nanoseconds since 1970.</param>
/// <param name="BornNs">Nanoseconds since 1970; null where the file system keeps no birth time.</param>
/// <param name="UserId">Its owner.</param>
/// <param name="GroupId">Its group.</param>
internal readonly record struct FileFacts(
    ushort Mode, ulong Device, ulong Inode, long Size, long ModifiedNs, long ChangedNs, long? BornNs, uint UserId, uint GroupId)
{
    private const int TypeMask = 0xF000;

    internal bool IsFile => (Mode & TypeMask) == 0x8000;

    internal bool IsDirectory => (Mode & TypeMask) == 0x4000;

    internal bool IsLink => (Mode & TypeMask) == 0xA000;
}
