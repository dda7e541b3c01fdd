using System.Buffers.Binary;
using System.Text;
using ScaiDrive.Connectors.Smb.Agent;

namespace ScaiDrive.Connectors.Smb;

/// <summary>One agent for one caller. What goes wrong with an entry is a <see cref="SourceEntryException"/>, what goes wrong with the whole
/// source a <see cref="ConnectorException"/>. An answer that is not taken to its end costs the agent its life.</summary>
internal sealed class AgentLease(AgentPool pool, AgentProcess agent, bool isApart) : IAsyncDisposable
{
    private int isReturned;
    private bool hasExpired;

    internal AgentPool Pool => pool;

    /// <summary>The process; for tests.</summary>
    internal AgentProcess Agent => agent;

    internal static byte[] PathBytes(string path) => Encoding.UTF8.GetBytes(path);

    /// <summary>A number, then a path.</summary>
    internal static byte[] NumberAndPath(long number, string path)
    {
        var payload = new byte[8 + Encoding.UTF8.GetByteCount(path)];
        BinaryPrimitives.WriteInt64LittleEndian(payload, number);
        Encoding.UTF8.GetBytes(path, payload.AsSpan(8));
        return payload;
    }

    /// <summary>What <see cref="AgentFrame.Read"/> asks for.</summary>
    internal static byte[] FileToRead(string path, long atOnce, RemoteEntry listed)
    {
        var payload = new byte[8 + RemoteEntry.Size + Encoding.UTF8.GetByteCount(path)];
        BinaryPrimitives.WriteInt64LittleEndian(payload, atOnce);
        listed.Write(payload.AsSpan(8));
        Encoding.UTF8.GetBytes(path, payload.AsSpan(8 + RemoteEntry.Size));
        return payload;
    }

    /// <summary>Texts with a zero byte between.</summary>
    internal static byte[] Texts(params ReadOnlySpan<string> texts) => Encoding.UTF8.GetBytes(string.Join('\0', texts));

    /// <summary>Asks for one frame.</summary>
    internal async Task<AgentAnswer> AskAsync(AgentFrame kind, string path, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        AgentAnswer answer;
        try
        {
            await SendAsync(kind, path, payload, cancellationToken);
            answer = await ReceiveAsync(path, pool.RequestTimeout, cancellationToken);
        }
        catch (ConnectorException) when (hasExpired && NeedsNoOpenFile(kind))
        {
            // The server did nothing of it.
            await RenewAsync(cancellationToken);
            await SendAsync(kind, path, payload, cancellationToken);
            answer = await ReceiveAsync(path, pool.RequestTimeout, cancellationToken);
        }

        if (answer.Kind != AgentFrame.Opened)
            agent.Answered();
        return answer;
    }

    internal async Task SendAsync(AgentFrame kind, string path, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        try
        {
            // A pipe that is full waits for an agent that waits for the server.
            await agent.AskAsync(kind, payload, cancellationToken).WaitAsync(pool.RequestTimeout, pool.Time, cancellationToken);
        }
        catch (TimeoutException fault)
        {
            throw TimedOut(path, pool.RequestTimeout, fault);
        }
        catch (AgentEndedException fault)
        {
            throw Crashed(path, fault);
        }
    }

    /// <summary>The next frame of the answer.</summary>
    internal async ValueTask<AgentAnswer> ReceiveAsync(string path, TimeSpan timeout, CancellationToken cancellationToken)
    {
        AgentAnswer answer;
        try
        {
            answer = await agent.ReceiveAsync(timeout, cancellationToken);
        }
        catch (TimeoutException fault)
        {
            throw TimedOut(path, timeout, fault);
        }
        catch (AgentEndedException fault)
        {
            throw Crashed(path, fault);
        }

        if (answer.Kind != AgentFrame.Fault)
            return answer;
        using (answer)
        {
            var known = AgentFault.Read(answer.Payload);
            // The library keeps such a session for ever: the agent goes with it.
            hasExpired = known.Status == NtStatus.NetworkSessionExpired;
            if (hasExpired)
                pool.ExpireTicket();
            else
                agent.Answered();
            throw known.IsOfConnection
                ? NtStatus.ConnectorFaultOf(known.Status, pool.Settings.ServerHost, pool.Settings.ShareName)
                : new SourceEntryException(path, NtStatus.FaultOf(known.Status));
        }
    }

    /// <summary>Whether the server has ended the session for its age.</summary>
    internal bool HasExpired => hasExpired;

    /// <summary>Goes on with another agent, whose session is new.</summary>
    internal async Task RenewAsync(CancellationToken cancellationToken)
    {
        agent = await pool.ReplaceAsync(agent, cancellationToken);
        hasExpired = false;
    }

    private static bool NeedsNoOpenFile(AgentFrame kind) => kind is not (AgentFrame.Revisit or AgentFrame.Close or AgentFrame.Finish or AgentFrame.Bytes);

    /// <summary>Asks for something that is answered by nothing but that it is done.</summary>
    internal async Task DoAsync(AgentFrame kind, string path, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        (await AskAsync(kind, path, payload, cancellationToken)).Dispose();

    /// <summary>Asks for the facts of an entry; null when there is none.</summary>
    internal async Task<RemoteEntry?> LookAsync(AgentFrame kind, string path, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(kind, path, payload, cancellationToken);
        return answer.Kind == AgentFrame.Missing ? null : RemoteEntry.Read(answer.Payload);
    }

    /// <summary>The answer was taken to its end.</summary>
    internal void Answered() => agent.Answered();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isReturned, 1) != 0)
            return;
        if (isApart)
            await agent.DisposeAsync();
        else
            await pool.ReturnAsync(agent);
    }

    private static SourceEntryException TimedOut(string path, TimeSpan timeout, TimeoutException fault) =>
        new(path, new SourceFault(ProblemCodes.TimedOut, $"NT_STATUS_IO_TIMEOUT: no answer within {timeout.TotalSeconds:0} seconds."), fault);

    private static SourceEntryException Crashed(string path, AgentEndedException fault) =>
        new(path, new SourceFault(ProblemCodes.AgentCrashed, "NT_STATUS_UNSUCCESSFUL: the program that talked to the server ended while it worked on this entry."), fault);
}
