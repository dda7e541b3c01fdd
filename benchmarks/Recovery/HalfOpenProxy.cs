using System.Net;
using System.Net.Sockets;

namespace ScaiDrive.Bench.Recovery;

/// <summary>Stands between workers and the server, and can fall silent: bytes of both directions vanish and nobody is told,
/// as with a firewall that forgot its connections. A connection that was silenced stays silent; new ones get through again.</summary>
internal sealed class HalfOpenProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly int target;
    private readonly Task accepting;
    private volatile bool isSilent;

    // A connection belongs to the era in which it was opened; silence ends an era.
    private volatile int era;

    internal HalfOpenProxy(int target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    internal int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Every connection, and each that is opened from now on, is dead without knowing it.</summary>
    internal void Silence()
    {
        isSilent = true;
        era++;
    }

    /// <summary>Connections opened from now on get through.</summary>
    internal void Heal()
    {
        era++;
        isSilent = false;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var served = new List<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                served.RemoveAll(each => each.IsCompleted);
                served.Add(ServeAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(served);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        var (opened, bornSilent) = (era, isSilent);
        using var _ = client;
        using var server = new TcpClient();
        try
        {
            client.NoDelay = server.NoDelay = true;
            await server.ConnectAsync(IPAddress.Loopback, target, stop.Token);
            bool IsAlive() => !bornSilent && opened == era;
            // One direction ends with the other, except in silence: there a half that closed is not heard of either.
            var up = PumpAsync(client.GetStream(), server.GetStream(), IsAlive);
            var down = PumpAsync(server.GetStream(), client.GetStream(), IsAlive);
            await Task.WhenAny(up, down);
            if (IsAlive())
                client.Client.Shutdown(SocketShutdown.Both);
            else
                await Task.WhenAll(up, down);
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or SocketException)
        {
            // Either end is gone, and the other is closed with it.
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, Func<bool> isAlive)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, stop.Token) is > 0 and var count)
            {
                if (isAlive())
                    await to.WriteAsync(buffer.AsMemory(0, count), stop.Token);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // This direction is over.
        }
    }
}
