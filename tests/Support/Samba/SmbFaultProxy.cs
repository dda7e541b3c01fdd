using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ScaiDrive.Tests.Support.Samba;

/// <summary>Stands in front of a file server and breaks what a test wants broken: it reads message by message and asks the test what becomes of each.</summary>
/// <remarks>It listens at port 445 of a loopback address of its own. Encrypted messages pass too, but nothing of them can be told.</remarks>
public sealed class SmbFaultProxy : IAsyncDisposable
{
    private readonly SambaAddress address;
    private readonly SambaServer server;
    private readonly TcpListener listener;
    private readonly CancellationTokenSource ending = new();
    private readonly Lock guard = new();
    private readonly HashSet<Socket> open = [];
    private readonly Dictionary<int, int> clientPorts = [];
    private readonly Task accepting;
    private TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Func<SmbMessage, SmbFate> judge = Pass;

    private SmbFaultProxy(SambaServer server, SambaAddress address)
    {
        (this.server, this.address) = (server, address);
        listener = new TcpListener(address.Address, SambaServer.StandardPort);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Where clients connect to.</summary>
    public string Host => address.Address.ToString();

    /// <summary>Connections so far.</summary>
    public int Accepted { get; private set; }

    /// <summary>Connections that are open now.</summary>
    public int Open
    {
        get
        {
            lock (guard)
                return open.Count / 2;
        }
    }

    /// <summary>New connections are closed at once.</summary>
    public bool Refuses { get; set; }

    /// <summary>Decides what becomes of each message; may be called by several connections at once. Default: all pass.</summary>
    public Func<SmbMessage, SmbFate> Judge
    {
        get => judge;
        set => judge = value;
    }

    /// <summary>Stands before a server from now on.</summary>
    public static SmbFaultProxy Before(SambaServer server) => new(server, SambaAddress.Claim(SambaServer.StandardPort));

    /// <summary>The same, at an address that the caller claimed.</summary>
    public static SmbFaultProxy Before(SambaServer server, SambaAddress at) => new(server, at);

    /// <summary>The port at which the client of a connection sits; null when it is closed. See <see cref="SmbMessage.Connection"/>.</summary>
    public int? ClientPortOf(int connection)
    {
        lock (guard)
            return clientPorts.TryGetValue(connection, out var port) ? port : null;
    }

    /// <summary>Resets all connections.</summary>
    public void CutAll()
    {
        lock (guard)
        {
            foreach (var socket in open)
                Reset(socket);
        }
    }

    /// <summary>Lets everything go on that was held, and holds no more of it.</summary>
    public void Release()
    {
        judge = Pass;
        Interlocked.Exchange(ref released, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Stop();
        CutAll();
        await accepting;
        listener.Dispose();
        address.Dispose();
        ending.Dispose();
    }

    private static SmbFate Pass(SmbMessage message) => SmbFate.Pass;

    private async Task AcceptAsync()
    {
        while (!ending.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptSocketAsync(ending.Token);
                Accepted++;
                if (Refuses)
                    Reset(client);
                else
                    _ = ServeAsync(client, Accepted);
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The listener ends, or the client was gone before it was accepted.
            }
        }
    }

    private async Task ServeAsync(Socket client, int number)
    {
        var isBroken = true;
        var upstream = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        lock (guard)
        {
            open.Add(client);
            clientPorts[number] = ((IPEndPoint)client.RemoteEndPoint!).Port;
            open.Add(upstream);
        }

        try
        {
            await upstream.ConnectAsync(server.Host, server.Port, ending.Token);
            var ended = await Task.WhenAny(ForwardAsync(client, upstream, number, isReply: false), ForwardAsync(upstream, client, number, isReply: true));
            isBroken = await ended;
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The server is away; so is the connection.
        }
        finally
        {
            lock (guard)
            {
                open.Remove(client);
                clientPorts.Remove(number);
                open.Remove(upstream);
            }

            foreach (var socket in new[] { client, upstream })
            {
                if (isBroken)
                    Reset(socket);
                else
                    socket.Dispose();
            }
        }
    }

    /// <returns>Whether it was broken, and did not just end.</returns>
    private async Task<bool> ForwardAsync(Socket from, Socket to, int number, bool isReply)
    {
        var frame = new byte[1 << 16];
        try
        {
            while (await ReadAsync(from, frame.AsMemory(0, 4)))
            {
                // Four bytes of length (the first is a type, always zero), then the message.
                var length = 4 + (BinaryPrimitives.ReadInt32BigEndian(frame) & 0xFFFFFF);
                if (frame.Length < length)
                    Array.Resize(ref frame, length);
                if (!await ReadAsync(from, frame.AsMemory(4, length - 4)))
                    return false;
                var fate = judge(SmbMessage.Parse(frame.AsMemory(4, length - 4), isReply, number));
                if (fate.Delay > TimeSpan.Zero)
                    await Task.Delay(fate.Delay, TimeProvider.System, ending.Token);
                if (fate.IsHeld)
                    await released.Task.WaitAsync(ending.Token);
                var sent = frame.AsMemory(0, fate.IsCut ? length / 2 : length);
                while (!sent.IsEmpty)
                    sent = sent[await to.SendAsync(sent, ending.Token)..];
                if (fate.IsCut)
                    return true;
            }

            return false;
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            return true;
        }
    }

    private async Task<bool> ReadAsync(Socket from, Memory<byte> into)
    {
        while (!into.IsEmpty)
        {
            var count = await from.ReceiveAsync(into, ending.Token);
            if (count == 0)
                return false;
            into = into[count..];
        }

        return true;
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }
    }
}

/// <summary>What becomes of a message.</summary>
public sealed record SmbFate
{
    /// <summary>It goes on.</summary>
    public static SmbFate Pass { get; } = new();

    /// <summary>Half of it goes on; then the connection is reset.</summary>
    public static SmbFate Cut { get; } = new() { IsCut = true };

    /// <summary>It, and what follows in its direction, waits for <see cref="SmbFaultProxy.Release"/>.</summary>
    public static SmbFate Hold { get; } = new() { IsHeld = true };

    /// <summary>It goes on later.</summary>
    public static SmbFate Late(TimeSpan delay) => new() { Delay = delay };

    internal bool IsCut { get; private init; }

    internal bool IsHeld { get; private init; }

    internal TimeSpan Delay { get; private init; }
}
