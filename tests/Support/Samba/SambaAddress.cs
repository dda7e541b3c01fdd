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
        var claims = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "scaidrive-smb-addresses")).FullName;
        for (byte number = 1; number < 200; number++)
        {
            FileStream claim;
            try
            {
                // The lock goes with the process, however that ends; the empty file may stay.
                claim = new FileStream(Path.Combine(claims, $"{number}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
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

    public void Dispose() => claim.Dispose();

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
