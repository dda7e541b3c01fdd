using System.Runtime.InteropServices;

namespace ScaiDrive.Extraction.Sandbox;

/// <summary>The few calls of the C library that .NET does not wrap. Linux only.</summary>
internal static partial class Native
{
    internal const int SigKill = 9;
    internal const int RlimitCpu = 0;
    internal const int RlimitFileSize = 1;
    internal const int RlimitCore = 4;
    internal const int RlimitAddressSpace = 9;

    [StructLayout(LayoutKind.Sequential)]
    internal struct Limit
    {
        internal ulong Soft;
        internal ulong Hard;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    internal static partial int SetSession();

    [LibraryImport("libc", EntryPoint = "alarm")]
    internal static partial uint Alarm(uint seconds);

    [LibraryImport("libc", EntryPoint = "prlimit64", SetLastError = true)]
    internal static partial int SetLimit(int pid, int resource, in Limit limit, nint previous);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    internal static partial int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    // syscall() is variadic; its arguments are all word-sized, so a fixed signature passes them the same way on x86-64 and arm64.
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint SystemCall(nint number, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true)]
    internal static unsafe partial int Execute(byte* path, byte** arguments, byte** environment);
}
