using System.Net;
using ScaiDrive.Api.Minimal.Identity;

namespace ScaiDrive.Workers.Host.Configuration;

/// <summary>Reads who vouches for callers: <c>SCAIDRIVE_SCAIKEY_*</c> and what goes with it.</summary>
/// <param name="text">The value of a variable, without its prefix; null when it is not set.</param>
/// <param name="refuse">Takes the name of a variable and what is wrong with it.</param>
/// <param name="warn">Takes what the operator should know.</param>
internal sealed class IdentitySettings(Func<string, string?> text, Action<string, string> refuse, Action<string> warn)
{
    // Shorter ones can be guessed from one signed event.
    private const int MinSecretLength = 16;

    private static readonly string[] OnlyWithScaiKey = ["JWT_ISSUER", "SCAIKEY_CLIENT_ID", "SCAIKEY_WEBHOOK_SECRET", "SCAIKEY_ALLOW_HTTP", "UNSCOPED_TOKENS"];

    internal IdentityOptions? Read()
    {
        if (text("SCAIKEY_URL") is not { } url)
            return RefuseTheRest();
        return new IdentityOptions
        {
            ScaiKeyUrl = Url(url),
            Issuer = text("JWT_ISSUER"),
            ClientId = text("SCAIKEY_CLIENT_ID") ?? "scaidrive",
            UnscopedTokens = UnscopedTokens(),
            WebhookSecrets = WebhookSecrets(),
        };
    }

    /// <summary>Alone they would seem to switch sign-in on, and nothing would be checked.</summary>
    private IdentityOptions? RefuseTheRest()
    {
        foreach (var name in OnlyWithScaiKey.Where(name => text(name) is not null))
            refuse(name, "It means nothing without SCAIDRIVE_SCAIKEY_URL. Set that too, or unset it.");
        return null;
    }

    private Uri Url(string value)
    {
        var mayBeHttp = text("SCAIKEY_ALLOW_HTTP") is "1" or "true";
        // What stands before an @ would be a password, and addresses are logged.
        if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url is not { UserInfo: "", Query: "", Fragment: "" })
        {
            refuse("SCAIKEY_URL", "Not an address of a ScaiKey server. Allowed: https://host, without user, query and fragment.");
            return new Uri("https://invalid");
        }

        if (url.Scheme == Uri.UriSchemeHttps || IsThisMachine(url))
            return url;
        if (mayBeHttp)
        {
            warn("SCAIDRIVE_SCAIKEY_URL is http: whoever can change what passes on that network decides whose tokens are good.");
            return url;
        }

        refuse("SCAIKEY_URL", "The keys that tokens are checked with would come over http, where anybody on the way can replace them. Use https, or set SCAIDRIVE_SCAIKEY_ALLOW_HTTP=1 when the network between is safe.");
        return url;
    }

    private static bool IsThisMachine(Uri url) =>
        url.Host == "localhost" || (IPAddress.TryParse(url.DnsSafeHost, out var address) && IPAddress.IsLoopback(address));

    private Scope UnscopedTokens()
    {
        switch (text("UNSCOPED_TOKENS") ?? "admin")
        {
            case "admin":
                return Scope.TenantAdmin;
            case "files":
                return Scope.FilesWrite;
            case var value:
                refuse("UNSCOPED_TOKENS", $"'{value}' is not allowed. Allowed: admin, files (default admin).");
                return Scope.FilesWrite;
        }
    }

    private string[] WebhookSecrets()
    {
        var secrets = (text("SCAIKEY_WEBHOOK_SECRET") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (secrets.Any(secret => secret.Length < MinSecretLength))
            refuse("SCAIKEY_WEBHOOK_SECRET", $"A secret is too short. Allowed: the secret that ScaiKey shows for the webhook, at least {MinSecretLength} characters; several, comma separated, while one replaces another.");
        return secrets;
    }
}
