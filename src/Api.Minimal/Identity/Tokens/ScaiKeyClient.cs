using System.Net;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace ScaiDrive.Api.Minimal.Identity.Tokens;

/// <summary>Asks ScaiKey for the keys it signs with.</summary>
internal sealed class ScaiKeyClient : IDisposable
{
    private const int MaxDocumentBytes = 1024 * 1024;

    private readonly IdentityOptions _options;
    private readonly HttpClient _http;
    private readonly HttpDocumentRetriever _documents;

    public ScaiKeyClient(IdentityOptions options)
    {
        _options = options;
        // A redirect could lead anywhere, out of https too.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            Timeout = options.FetchTimeout,
            MaxResponseContentBufferSize = MaxDocumentBytes,
        };
        _documents = new HttpDocumentRetriever(_http) { RequireHttps = options.ScaiKeyUrl.Scheme == Uri.UriSchemeHttps, SendAdditionalHeaderData = false };
    }

    /// <summary>The keys of now: where the discovery document says, or at the usual place when there is no such document.</summary>
    internal async Task<ICollection<SecurityKey>> FetchKeysAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await FetchConfigurationAsync(cancellationToken)).SigningKeys;
        }
        catch (IOException fault) when (fault.Data[HttpDocumentRetriever.StatusCode] is HttpStatusCode.NotFound || fault.InnerException is IOException { } inner && inner.Data[HttpDocumentRetriever.StatusCode] is HttpStatusCode.NotFound)
        {
            return new JsonWebKeySet(await _documents.GetDocumentAsync(Address(".well-known/jwks.json"), cancellationToken)).GetSigningKeys();
        }
    }

    /// <summary>What ScaiKey tells of itself.</summary>
    internal Task<OpenIdConnectConfiguration> FetchConfigurationAsync(CancellationToken cancellationToken) =>
        OpenIdConnectConfigurationRetriever.GetAsync(Address(".well-known/openid-configuration"), _documents, cancellationToken);

    public void Dispose() => _http.Dispose();

    private string Address(string path) => $"{_options.ScaiKeyUrl.OriginalString.TrimEnd('/')}/{path}";
}
