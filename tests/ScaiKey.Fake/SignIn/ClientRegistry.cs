using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ScaiDrive.Tests.ScaiKey.SignIn;

/// <summary>Who may ask for tokens, and where codes may be sent.</summary>
public sealed class ClientRegistry
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string?> _secrets = new() { ["scaidrive"] = null, ["scaidrive-desktop"] = null };
    private readonly HashSet<string> _redirects = [];

    /// <summary>Adds a client, or changes its secret; null: a public one.</summary>
    public void Set(string clientId, string? secret)
    {
        lock (_lock)
            _secrets[clientId] = secret;
    }

    /// <summary>Codes may be sent here, too; to loopback they may always be sent.</summary>
    public void AllowRedirect(string redirectUri)
    {
        lock (_lock)
            _redirects.Add(redirectUri);
    }

    internal bool IsKnown(string clientId)
    {
        lock (_lock)
            return _secrets.ContainsKey(clientId);
    }

    internal bool MayRedirectTo(string redirectUri)
    {
        lock (_lock)
        {
            if (_redirects.Contains(redirectUri))
                return true;
        }

        return Uri.TryCreate(redirectUri, UriKind.Absolute, out var target) && target.Scheme is "http" or "https"
            && (target.IsLoopback || (IPAddress.TryParse(target.Host, out var address) && IPAddress.IsLoopback(address)));
    }

    /// <summary>Which client asks, by RFC 6749, 2.3.1; null: it could not prove that.</summary>
    internal string? Authenticated(HttpRequest request, IFormCollection form)
    {
        var (id, secret) = (form["client_id"].ToString(), form["client_secret"].ToString());
        if (request.Headers.Authorization.ToString() is ['B', 'a', 's', 'i', 'c', ' ', .. var encoded])
        {
            var pair = Encoding.UTF8.GetString(Convert.FromBase64String(encoded)).Split(':', 2);
            (id, secret) = (WebUtility.UrlDecode(pair[0]), WebUtility.UrlDecode(pair[^1]));
        }

        lock (_lock)
            return _secrets.TryGetValue(id, out var wanted) && (wanted is null || wanted == secret) ? id : null;
    }
}
