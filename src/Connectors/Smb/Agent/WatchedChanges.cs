using System.Runtime.InteropServices;

namespace ScaiDrive.Connectors.Smb.Agent;

/// <summary>Passes on what a server tells of changes.</summary>
internal static unsafe class WatchedChanges
{
    /// <summary>What is asked for: names of files and directories, attributes, sizes, last writes, descriptors (MS-SMB2 2.2.35).</summary>
    internal const uint Filter = 0x001 | 0x002 | 0x004 | 0x008 | 0x010 | 0x100;

    /// <summary>Time between two reports, also of nothing.</summary>
    internal const uint ReportMilliseconds = 500;

    // What was lost until the watch was set up again shows in no report, so the first report after it tells so once more.
    private static bool wasLost;

    internal static AgentOutput SentTo { get; set; } = null!;

    /// <summary>Tells that more changed than the server could note.</summary>
    internal static void ShowLost()
    {
        wasLost = true;
        SentTo.Send(AgentFrame.Changes, new byte[AgentFrames.HeaderSize + 1]);
    }

    [UnmanagedCallersOnly]
    internal static int Show(Libsmbclient.NotifyAction* actions, nuint count, nint state)
    {
        try
        {
            if (wasLost)
                ShowLost();
            wasLost = false;
            var frame = new List<byte>(new byte[AgentFrames.HeaderSize]);
            for (nuint i = 0; i < count; i++)
            {
                frame.Add((byte)actions[i].Action);
                frame.AddRange(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(actions[i].Path));
                frame.Add(0);
            }

            SentTo.Send(AgentFrame.Changes, CollectionsMarshal.AsSpan(frame));
            return 0;
        }
        catch (IOException)
        {
            // The worker is gone.
            return 1;
        }
    }
}
