using System.Net;
using System.Net.Sockets;

namespace ScaiDrive.Search.Embedding.Providers.Remote;

/// <summary>Where providers may be. An admin names the address and the server goes there, so without a rule a tenant's admin could make
/// it ask machines of the operator's own network, or the cloud's metadata service.</summary>
/// <remarks>Any host over https at a public address. Hosts that the operator lists may also be reached over http and at private addresses.
/// The address is checked when the connection is made, after the name was resolved: a name that changes its mind is refused, too.</remarks>
/// <param name="listed">Host names and addresses, as they stand in an endpoint; <c>*</c> for all.</param>
public sealed class ProviderHosts(IEnumerable<string> listed)
{
    /// <summary>The machine itself: providers such as Ollama run beside the server.</summary>
    public static IReadOnlyList<string> Default { get; } = ["localhost", "127.0.0.1", "[::1]"];

    private static readonly IPNetwork[] Private =
    [
        IPNetwork.Parse("0.0.0.0/8"), IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.0.0.0/24"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"), IPNetwork.Parse("224.0.0.0/3"),
        IPNetwork.Parse("::/127"), IPNetwork.Parse("64:ff9b::/96"), IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fe80::/10"), IPNetwork.Parse("ff00::/8"),
    ];

    private readonly HashSet<string> _listed = new(listed, StringComparer.OrdinalIgnoreCase);

    /// <summary>What is wrong with an endpoint; null when requests may go there.</summary>
    public string? Refusal(string? endpoint)
    {
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
            return "An endpoint is an address such as https://api.example.com/v1.";
        if (address.UserInfo.Length > 0 || address.Fragment.Length > 0)
            return "An endpoint holds neither a user nor a fragment; the key belongs into api_key.";
        if (IsListed(address.Host))
            return null;
        if (address.Scheme == "http")
            return $"Without https the key and the texts could be read on the way. Use https, or let the operator list {address.Host} in SCAIDRIVE_PROVIDER_HOSTS.";
        return IPAddress.TryParse(address.Host.Trim('[', ']'), out var literal) && !IsPublic(literal) ? NotPublic(address.Host) : null;
    }

    /// <summary>Connects, unless the host's addresses are none that requests may go to.</summary>
    internal async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = IsListed(context.InitialRequestMessage.RequestUri?.Host ?? host) ? addresses : [.. addresses.Where(IsPublic)];
        if (allowed.Length == 0 && addresses.Length > 0)
            throw new HttpRequestException(HttpRequestError.ConnectionError, NotPublic(host), new ForbiddenHostException(NotPublic(host)));
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsListed(string host) => _listed.Contains(host) || _listed.Contains("*");

    private static bool IsPublic(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return !Private.Any(network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }

    private static string NotPublic(string host) =>
        $"{host} is not at a public address. The operator can list it in SCAIDRIVE_PROVIDER_HOSTS.";
}

/// <summary>A name led to an address that requests may not go to: a fault of the settings, not an outage.</summary>
internal sealed class ForbiddenHostException(string message) : Exception(message);
