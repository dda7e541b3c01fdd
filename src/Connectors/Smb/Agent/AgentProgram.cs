using System.Text.Json;

namespace ScaiDrive.Connectors.Smb.Agent;

/// <summary>The child process: takes one request after the other from standard input, answers on standard output, ends when the input does.</summary>
internal static class AgentProgram
{
    internal static int Run()
    {
        using var channel = AgentChannel.Take();
        new Thread(channel.EndWithWorker) { IsBackground = true }.Start();
        using var output = new AgentOutput(channel.Output);
        var requests = new AgentInput(channel.Input);
        try
        {
            if (!requests.Next() || requests.Kind != AgentFrame.Connect)
                return 2;
            if (TryConnect(requests, output) is not { } session)
                return 1;
            var answers = new AgentAnswers(session, requests, output);
            while (requests.Next())
                answers.Give();
            return 0;
        }
        catch (IOException)
        {
            // The worker is gone.
            return 0;
        }
    }

    private static ShareSession? TryConnect(AgentInput requests, AgentOutput output)
    {
        Span<byte> answer = stackalloc byte[AgentFrames.HeaderSize + AgentFault.Size];
        try
        {
            var session = ShareSession.Connect(JsonSerializer.Deserialize(requests.Payload, AgentJson.Default.AgentConnection)!);
            output.Send(AgentFrame.Done, answer[..AgentFrames.HeaderSize]);
            return session;
        }
        catch (AgentException fault)
        {
            fault.Fault.Write(answer[AgentFrames.HeaderSize..]);
            output.Send(AgentFrame.Fault, answer);
            return null;
        }
    }
}

/// <summary>Requests of the worker.</summary>
internal sealed class AgentInput(Stream input)
{
    private readonly byte[] header = new byte[AgentFrames.HeaderSize];
    private byte[] buffer = GC.AllocateUninitializedArray<byte>(64 << 10, pinned: true);
    private int length;

    internal AgentFrame Kind { get; private set; }

    internal ReadOnlySpan<byte> Payload => buffer.AsSpan(0, length);

    /// <summary>Waits for the next request; false when the worker has closed the pipe.</summary>
    internal bool Next()
    {
        if (input.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
            return false;
        (Kind, length) = AgentFrames.ReadHeader(header);
        if (buffer.Length < length)
            buffer = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        input.ReadExactly(buffer, 0, length);
        return true;
    }
}
