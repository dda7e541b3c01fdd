using System.Collections.Concurrent;

namespace ScaiDrive.Connectors.Smb.Agent;

/// <summary>The way back to the worker. Blocks of a large file are written by a thread of their own, while the next one is read.</summary>
internal sealed class AgentOutput : IDisposable
{
    private const int Blocks = 3;

    private readonly Stream output;
    private readonly BlockingCollection<byte[]> free = [];
    private readonly BlockingCollection<(byte[] Frame, int Length)> full = [];

    internal AgentOutput(Stream output)
    {
        this.output = output;
        new Thread(WriteBlocks) { IsBackground = true }.Start();
    }

    /// <summary>Room for a frame with the largest block; <see cref="SendBlock"/> gives it back.</summary>
    internal byte[] TakeBlock()
    {
        if (made == Blocks)
            return free.Take();
        made++;
        return GC.AllocateUninitializedArray<byte>(AgentFrames.HeaderSize + AgentFrames.BlockSize, pinned: true);
    }

    private int made;

    /// <summary>Sends a block that was read behind the place of the header. Returns at once.</summary>
    internal void SendBlock(byte[] frame, int length)
    {
        AgentFrames.WriteHeader(frame, AgentFrame.Bytes, length);
        full.Add((frame, AgentFrames.HeaderSize + length));
    }

    /// <summary>Sends a frame whose payload stands behind the place of the header. No block may be under way.</summary>
    internal void Send(AgentFrame kind, Span<byte> frame)
    {
        AgentFrames.WriteHeader(frame, kind, frame.Length - AgentFrames.HeaderSize);
        output.Write(frame);
        output.Flush();
    }

    /// <summary>Waits until all blocks are written.</summary>
    internal void Drain()
    {
        var all = new byte[made][];
        for (var i = 0; i < all.Length; i++)
            all[i] = free.Take();
        foreach (var block in all)
            free.Add(block);
    }

    /// <summary>A block that is not sent after all.</summary>
    internal void GiveBack(byte[] frame) => free.Add(frame);

    public void Dispose()
    {
        full.Dispose();
        free.Dispose();
    }

    private void WriteBlocks()
    {
        try
        {
            foreach (var (frame, length) in full.GetConsumingEnumerable())
            {
                output.Write(frame, 0, length);
                free.Add(frame);
            }
        }
        catch (IOException)
        {
            // The worker is gone; this process ends with it.
        }
    }
}
