using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ScaiDrive.Connectors.Smb.Agent;

/// <summary>The two pipes to the worker, taken away from standard input and output: libsmbclient prints some things itself, and one such line among
/// the frames would end the connection.</summary>
internal sealed partial class AgentChannel : IDisposable
{
    private const int StandardInput = 0, StandardOutput = 1, StandardError = 2;
    private const int ReadOnly = 0; // O_RDONLY

    private readonly SafeFileHandle input, output;

    private AgentChannel(SafeFileHandle input, SafeFileHandle output)
    {
        (this.input, this.output) = (input, output);
        Input = new FileStream(input, FileAccess.Read, bufferSize: 0);
        Output = new FileStream(output, FileAccess.Write, bufferSize: 0);
    }

    /// <summary>From the worker.</summary>
    internal FileStream Input { get; }

    /// <summary>To the worker.</summary>
    internal FileStream Output { get; }

    /// <summary>From here on nothing is read at standard input, and what is printed goes where errors go. Before the library is loaded.</summary>
    internal static AgentChannel Take()
    {
        var channel = new AgentChannel(
            new SafeFileHandle(Must(Duplicate(StandardInput)), ownsHandle: true), new SafeFileHandle(Must(Duplicate(StandardOutput)), ownsHandle: true));
        var nothing = Must(Open("/dev/null", ReadOnly));
        _ = Must(Replace(nothing, StandardInput));
        _ = Must(Replace(StandardError, StandardOutput));
        _ = Close(nothing);
        return channel;
    }

    /// <summary>Should the worker die while the library waits for a server, nothing else would end this process.</summary>
    /// <remarks>A death signal of the kernel would come with the end of the thread that started this process, and threads of a pool come and go.</remarks>
    internal void EndWithWorker()
    {
        // Nothing is waited for but the end of the other side, which is always told.
        var watched = new PollDescriptor { File = (int)input.DangerousGetHandle() };
        while (Poll(ref watched, 1, -1) < 0)
        {
        }

        System.Diagnostics.Process.GetCurrentProcess().Kill();
    }

    public void Dispose()
    {
        Input.Dispose();
        Output.Dispose();
        input.Dispose();
        output.Dispose();
    }

    private static int Must(int result) => result >= 0 ? result : throw new Win32Exception();

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        internal int File;
        internal short Asked;
        internal short Told;
    }

    [LibraryImport("libc", EntryPoint = "dup", SetLastError = true)]
    private static partial int Duplicate(int file);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Replace(int file, int replaced);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, int timeout);
}
