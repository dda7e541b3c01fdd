using System.Net;
using System.Net.Sockets;

namespace ScaiDrive.Tests.Support.Samba;

/// <summary>A loopback address that no other test process on this machine uses. The claim ends with the process at the latest.</summary>
public sealed class SambaAddress : IDisposable
{
    private readonly FileStream claim;

    private SambaAddress(IPAddress address, FileStream claim) => (Address, this.claim) = (address, claim);

    /// <summary>127.77.0.N.</summary>
    public IPAddress Address { get; }

    /// <summary>Takes the first address on which nothing listens at the port.</summary>
    /// <exception cref="InvalidOperationException">All are taken.</exception>
    public static SambaAddress Claim(int port)
    {
        for (byte number = 1; number < 200; number++)
        {
            FileStream claim;
            try
            {
                claim = Lock($"{number}");
            }
            catch (IOException)
            {
                continue;
            }

            var address = new IPAddress([127, 77, 0, number]);
            if (IsFree(address, port))
                return new SambaAddress(address, claim);
            claim.Dispose();
        }

        throw new InvalidOperationException($"No address 127.77.0.1 to 127.77.0.199 is free at port {port}.");
    }

    /// <summary>The loopback address that the name of this machine stands for, when nobody else claims it; waits for that.</summary>
    public static async Task<SambaAddress> ClaimOfHostNameAsync()
    {
        var address = HostAddress ?? throw new InvalidOperationException("The name of this machine stands for no loopback address.");
        while (true)
        {
            try
            {
                return new SambaAddress(address, Lock($"{address}"));
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }
    }

    /// <summary>The loopback address that the name of this machine stands for; null when it stands for none.</summary>
    public static IPAddress? HostAddress
    {
        get
        {
            try
            {
                return Dns.GetHostAddresses(Dns.GetHostName(), AddressFamily.InterNetwork).FirstOrDefault(IPAddress.IsLoopback);
            }
            catch (SocketException)
            {
                return null;
            }
        }
    }

    public void Dispose() => claim.Dispose();

    // The lock goes with the process, however that ends; the empty file may stay.
    private static FileStream Lock(string name) => new(
        Path.Combine(Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "scaidrive-samba-addresses")).FullName, name),
        FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static bool IsFree(IPAddress address, int port)
    {
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
