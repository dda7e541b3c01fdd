using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ScaiDrive.Extraction.Sandbox;

/// <summary>What a process gives up before it reads foreign bytes: writing outside one folder, reading most of the disk, sockets.</summary>
/// <remarks>
/// Landlock (Linux 5.13) and seccomp bind the calling thread and what it starts or becomes. So a launcher applies them on its
/// main thread and then replaces itself (execve) with the child, whose threads are then all bound.
/// </remarks>
internal static class Confinement
{
    private const int CreateRuleset = 444, AddRule = 445, RestrictSelf = 446;
    private const int RulePathBeneath = 1;
    private const int NoNewPrivileges = 38, SetSeccomp = 22, GetSeccomp = 21, FilterMode = 2;
    private const int OpenPath = 0x200000, CloseOnExec = 0x80000;

    // Rights of linux/landlock.h.
    private const ulong Execute = 1 << 0, WriteFile = 1 << 1, ReadFile = 1 << 2, ReadDirectory = 1 << 3;
    private const ulong Refer = 1 << 13, Truncate = 1 << 14, DeviceControl = 1 << 15;
    private const ulong FirstVersion = (1 << 13) - 1;
    private const ulong Reading = Execute | ReadFile | ReadDirectory;
    private const ulong OnFiles = Execute | WriteFile | ReadFile | Truncate | DeviceControl;
    private const ulong ScopeAbstractSocket = 1, ScopeSignal = 2;

    [StructLayout(LayoutKind.Sequential)]
    private struct Ruleset
    {
        internal ulong FileSystem;
        internal ulong Network;
        internal ulong Scoped;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct PathRule
    {
        internal ulong Allowed;
        internal int Parent;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Instruction
    {
        internal ushort Code;
        internal byte JumpTrue;
        internal byte JumpFalse;
        internal uint Operand;
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Filter
    {
        internal ushort Length;
        internal Instruction* Instructions;
    }

    /// <summary>Version of Landlock in the running kernel; 0 when it has none or it is switched off.</summary>
    internal static int LandlockVersion() => (int)Math.Max(0, Native.SystemCall(CreateRuleset, 0, 0, 1, 0));

    /// <summary>True when the kernel takes seccomp filters on this architecture.</summary>
    internal static bool HasSeccomp() =>
        Architecture() is not null && Native.ProcessControl(GetSeccomp, 0, 0, 0, 0) >= 0;

    /// <summary>Lets the calling thread write only below <paramref name="writable"/> and read only there and below <paramref name="readable"/>.</summary>
    /// <returns>The Landlock version in force; 0 when nothing is.</returns>
    internal static unsafe int ConfineFiles(string writable, IEnumerable<string> readable)
    {
        var version = LandlockVersion();
        if (version == 0 || Native.ProcessControl(NoNewPrivileges, 1, 0, 0, 0) != 0)
            return 0;

        var all = FirstVersion | (version >= 2 ? Refer : 0) | (version >= 3 ? Truncate : 0) | (version >= 5 ? DeviceControl : 0);
        var rules = new Ruleset { FileSystem = all, Scoped = version >= 6 ? ScopeAbstractSocket | ScopeSignal : 0 };
        var size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
        var descriptor = (int)Native.SystemCall(CreateRuleset, (nint)Unsafe.AsPointer(ref rules), size, 0, 0);
        if (descriptor < 0)
            return 0;
        try
        {
            Allow(descriptor, writable, all);
            Allow(descriptor, "/dev/null", (Reading | WriteFile | Truncate | DeviceControl) & all);
            foreach (var path in readable)
                Allow(descriptor, path, Reading);
            return Native.SystemCall(RestrictSelf, descriptor, 0, 0, 0) == 0 ? version : 0;
        }
        finally
        {
            _ = Native.Close(descriptor);
        }
    }

    private static unsafe void Allow(int ruleset, string path, ulong rights)
    {
        var parent = Native.Open(path, OpenPath | CloseOnExec);
        if (parent < 0)
            return;
        var rule = new PathRule { Allowed = Directory.Exists(path) ? rights : rights & OnFiles, Parent = parent };
        _ = Native.SystemCall(AddRule, ruleset, RulePathBeneath, (nint)Unsafe.AsPointer(ref rule), 0);
        _ = Native.Close(parent);
    }

    /// <summary>Refuses new sockets of every family, io_uring (which can open them) and looking into other processes.</summary>
    /// <returns>True when the filter is in force.</returns>
    internal static unsafe bool RefuseSockets()
    {
        if (Architecture() is not var (architecture, refused) || Native.ProcessControl(NoNewPrivileges, 1, 0, 0, 0) != 0)
            return false;

        const ushort load = 0x20, jumpEqual = 0x15, jumpAtLeast = 0x35, answer = 0x06;
        const uint allow = 0x7fff0000, killProcess = 0x80000000, failWithAccess = 0x00050000 | 13;
        var program = new List<Instruction>
        {
            new() { Code = load, Operand = 4 },                                         // seccomp_data.arch
            new() { Code = jumpEqual, JumpTrue = 1, Operand = architecture },
            new() { Code = answer, Operand = killProcess },
            new() { Code = load, Operand = 0 },                                         // seccomp_data.nr
            // x32 numbers start here; they would reach the same calls under other numbers.
            new() { Code = jumpAtLeast, JumpTrue = (byte)(refused.Length + 1), Operand = 0x40000000 },
        };
        for (var i = 0; i < refused.Length; i++)
            program.Add(new() { Code = jumpEqual, JumpTrue = (byte)(refused.Length - i), Operand = refused[i] });
        program.Add(new() { Code = answer, Operand = allow });
        program.Add(new() { Code = answer, Operand = failWithAccess });

        var instructions = program.ToArray();
        fixed (Instruction* first = instructions)
        {
            var filter = new Filter { Length = (ushort)instructions.Length, Instructions = first };
            return Native.ProcessControl(SetSeccomp, FilterMode, (nuint)(&filter), 0, 0) == 0;
        }
    }

    // AUDIT_ARCH_* and the numbers of socket, ptrace, process_vm_readv, process_vm_writev, io_uring_setup, add_key, keyctl, bpf.
    private static (uint Architecture, uint[] Refused)? Architecture() => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => (0xC000003E, [41, 101, 310, 311, 425, 248, 250, 321]),
        System.Runtime.InteropServices.Architecture.Arm64 => (0xC00000B7, [198, 117, 270, 271, 425, 217, 219, 280]),
        _ => null,
    };
}
