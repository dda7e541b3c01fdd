using System.Runtime.InteropServices;

namespace ScaiDrive.Connectors.Smb.Agent;

/// <summary>The calls of libsmbclient that are used, as its header <c>libsmbclient.h</c> declares them.</summary>
/// <remarks>Its functions on files are reached through pointers that a context gives out. It is not safe for threads, not even with a context for
/// each, so a process has one context and one thread that calls it.</remarks>
internal static unsafe partial class Libsmbclient
{
    private const string Library = "libsmbclient.so.0";

#pragma warning disable IDE1006 // The names are those of the library.
    [LibraryImport(Library)]
    internal static partial nint smbc_new_context();

    [LibraryImport(Library)]
    internal static partial nint smbc_init_context(nint context);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int smbc_setConfiguration(nint context, string file);

    [LibraryImport(Library)]
    internal static partial void smbc_setDebug(nint context, int level);

    [LibraryImport(Library)]
    internal static partial void smbc_setLogCallback(nint context, nint state, delegate* unmanaged<nint, int, byte*, void> log);

    [LibraryImport(Library)]
    internal static partial void smbc_setTimeout(nint context, int milliseconds);

    [LibraryImport(Library)]
    internal static partial void smbc_setPort(nint context, ushort port);

    [LibraryImport(Library)]
    internal static partial void smbc_setOptionUseKerberos(nint context, int isOn);

    [LibraryImport(Library)]
    internal static partial void smbc_setOptionFallbackAfterKerberos(nint context, int isOn);

    [LibraryImport(Library)]
    internal static partial void smbc_setOptionNoAutoAnonymousLogin(nint context, int isOn);

    [LibraryImport(Library)]
    internal static partial void smbc_setOptionUseCCache(nint context, int isOn);

    [LibraryImport(Library)]
    internal static partial void smbc_setOptionSmbEncryptionLevel(nint context, int level);

    [LibraryImport(Library)]
    internal static partial void smbc_setFunctionAuthDataWithContext(
        nint context, delegate* unmanaged<nint, byte*, byte*, byte*, int, byte*, int, byte*, int, void> ask);

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged<nint, byte*, int, uint, nint> smbc_getFunctionOpen(nint context);

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged<nint, nint, byte*, nint, nint> smbc_getFunctionRead(nint context);

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged<nint, nint, byte*, nint, nint> smbc_getFunctionWrite(nint context);

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged<nint, nint, long, int, long> smbc_getFunctionLseek(nint context);

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged<nint, byte*, byte*, int> smbc_getFunctionStat(nint context);

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged<nint, nint, byte*, int> smbc_getFunctionFstat(nint context);

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged<nint, nint, int> smbc_getFunctionClose(nint context);

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged<nint, byte*, nint> smbc_getFunctionOpendir(nint context);

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged<nint, nint, byte*, FileFacts*> smbc_getFunctionReaddirPlus2(nint context);

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged<nint, nint, int> smbc_getFunctionClosedir(nint context);

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged<nint, byte*, uint, int> smbc_getFunctionMkdir(nint context);

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged<nint, byte*, int> smbc_getFunctionRmdir(nint context);

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged<nint, byte*, int> smbc_getFunctionUnlink(nint context);

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged<nint, byte*, nint, byte*, int> smbc_getFunctionRename(nint context);

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged<nint, byte*, TimeValue*, int> smbc_getFunctionUtimes(nint context);

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged<nint, byte*, byte*, byte*, nint, int> smbc_getFunctionGetxattr(nint context);

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged<nint, byte*, byte*, byte*, nint, int, int> smbc_getFunctionSetxattr(nint context);

    [LibraryImport(Library)]
    internal static partial delegate* unmanaged<nint, nint, int, uint, uint, delegate* unmanaged<NotifyAction*, nuint, nint, int>, nint, int>
        smbc_getFunctionNotify(nint context);
#pragma warning restore IDE1006

    /// <summary><c>struct libsmb_file_info</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct FileFacts
    {
        public ulong Size;
        public ushort Attributes;
        public uint UserId, GroupId;
        public TimeSpecification Born, Modified, Accessed, Changed;
        public byte* Name, ShortName;
    }

    /// <summary><c>struct timespec</c>, 64 bit.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpecification
    {
        public long Seconds, Fraction;

        public readonly long Nanoseconds => unchecked((Seconds * 1_000_000_000) + Fraction);
    }

    /// <summary><c>struct timeval</c>, 64 bit.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeValue
    {
        public long Seconds, Microseconds;
    }

    /// <summary><c>struct smbc_notify_callback_action</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct NotifyAction
    {
        public uint Action;
        public byte* Path;
    }
}

/// <summary>What of <c>struct stat</c> is used. The places are those of 64 bit Linux; x64 and arm64 differ in that of the mode alone.</summary>
internal static unsafe class StatBuffer
{
    internal const int Size = 256;

    private const uint TypeMask = 0xF000, DirectoryType = 0x4000, LinkType = 0xA000, OthersExecute = 0x1, GroupExecute = 0x8;

    private static readonly int ModeAt = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 16 : 24;

    /// <summary>The library puts attributes into the bits for execution: hidden into that of others, system into that of the group.</summary>
    internal static RemoteEntry Read(byte* stat)
    {
        var mode = *(uint*)(stat + ModeAt);
        var attributes = (mode & TypeMask) switch
        {
            DirectoryType => RemoteEntry.Directory,
            LinkType => RemoteEntry.ReparsePoint,
            _ => ((mode & OthersExecute) != 0 ? RemoteEntry.Hidden : 0) | ((mode & GroupExecute) != 0 ? RemoteEntry.System : 0),
        };
        return new RemoteEntry(
            attributes,
            *(ulong*)(stat + 8),
            *(long*)(stat + 48),
            ((Libsmbclient.TimeSpecification*)(stat + 88))->Nanoseconds,
            ((Libsmbclient.TimeSpecification*)(stat + 104))->Nanoseconds);
    }

    internal static ulong FileId(byte* stat) => *(ulong*)(stat + 8);
}
