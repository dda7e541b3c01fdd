using System.Runtime.InteropServices;

namespace ScaiDrive.Bench.Recovery;

/// <summary>The signals the lab sends, by process id and only to processes it started.</summary>
internal enum ProcessSignal
{
    Quit = 3,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

internal static partial class ProcessSignals
{
    extension(ProcessSignal signal)
    {
        /// <summary>False when there is no such process any more.</summary>
        internal bool SendTo(int processId) => Kill(processId, signal) == 0;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, ProcessSignal signal);
}
