using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace ScaiDrive.Api.Minimal.Identity.SigningIn;

/// <summary>Turns codes and refresh tokens into tokens at ScaiKey (RFC 6749, 4.1.3 and 6).</summary>
internal sealed partial class TokenExchange : IDisposable
{
    private const int MaxAnswerBytes = 256 * 1024;

    // Anybody may ask for an exchange, so what waits for ScaiKey is bounded.
    private const int MostAtOnce = 64;

    private readonly ScaiKeyAddresses _addresses;
    private readonly SemaphoreSlim _room = new(MostAtOnce);
    private readonly HttpClient _http;
    private readonly ILogger<TokenExchange> _log;

    public TokenExchange(ScaiKeyAddresses addresses, SignInOptions options, ILogger<TokenExchange> log)
    {
        (_addresses, _log) = (addresses, log);
        // A redirect would carry the code, or the secret, to wherever it leads.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            Timeout = options.ExchangeTimeout,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
    }

    internal Task<ExchangeOutcome> RedeemAsync(OAuthClient client, string code, string redirectUri, string verifier, CancellationToken cancellationToken) =>
        AskAsync(client, [new("grant_type", "authorization_code"), new("code", code), new("redirect_uri", redirectUri), new("code_verifier", verifier)], cancellationToken);

    internal Task<ExchangeOutcome> RefreshAsync(OAuthClient client, string refreshToken, CancellationToken cancellationToken) =>
        AskAsync(client, [new("grant_type", "refresh_token"), new("refresh_token", refreshToken)], cancellationToken);

    public void Dispose()
    {
        _http.Dispose();
        _room.Dispose();
    }

    private async Task<ExchangeOutcome> AskAsync(OAuthClient client, List<KeyValuePair<string, string>> form, CancellationToken cancellationToken)
    {
        if (!await _room.WaitAsync(TimeSpan.Zero, cancellationToken))
            return Unreachable($"{MostAtOnce} exchanges wait for it already");
        try
        {
            if (await _addresses.FindAsync(cancellationToken) is not { } addresses)
                return Unreachable("its discovery document cannot be fetched");
            using var request = Request(addresses.Token, client, form);
            using var response = await _http.SendAsync(request, cancellationToken);
            return Read(response, await response.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Unreachable(fault.Message);
        }
        finally
        {
            _room.Release();
        }
    }

    private static HttpRequestMessage Request(Uri address, OAuthClient client, List<KeyValuePair<string, string>> form)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (client.Secret is { } secret)
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{WebUtility.UrlEncode(client.Id)}:{WebUtility.UrlEncode(secret)}")));
        else
            form = [.. form, new("client_id", client.Id)];
        request.Content = new FormUrlEncodedContent(form);
        return request;
    }

    private ExchangeOutcome Read(HttpResponseMessage response, string body)
    {
        var status = (int)response.StatusCode;
        if (status is < 200 or >= 500 or (>= 300 and < 400) or 404 or 405 or 429)
            return Unreachable($"it answered {status}");
        try
        {
            using var document = JsonDocument.Parse(body);
            var answer = document.RootElement;
            if (status >= 400)
                return Refused(status, Text(answer, "error") ?? "invalid_request");
            if (Text(answer, "access_token") is { Length: > 0 } access && string.Equals(Text(answer, "token_type"), "Bearer", StringComparison.OrdinalIgnoreCase))
                return new ExchangeOutcome.Granted(new TokenGrant(access, Seconds(answer), Text(answer, "refresh_token"), Text(answer, "id_token")));
        }
        catch (JsonException)
        {
        }

        return Unreachable($"it answered {status} with a body that is no token answer");
    }

    private ExchangeOutcome.Refused Refused(int status, string error)
    {
        // The server's own doing, which no caller can mend: wrong secret, client not registered.
        if (error is "invalid_client" or "unauthorized_client")
            LogClientRefused(status, error);
        return new(error.Length <= 64 && error.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? error : "invalid_request");
    }

    private ExchangeOutcome.Unreachable Unreachable(string reason)
    {
        LogUnreachable(reason);
        return new(reason);
    }

    private static string? Text(JsonElement answer, string name) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // RFC 6749, 5.1 only recommends the member; whoever leaves it out means a short life.
    private static int Seconds(JsonElement answer) =>
        answer.TryGetProperty("expires_in", out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var seconds) && seconds > 0 ? seconds : 300;

    [LoggerMessage(LogLevel.Warning, "ScaiKey does not exchange tokens: {Reason}")]
    private partial void LogUnreachable(string reason);

    [LoggerMessage(LogLevel.Error, "ScaiKey refuses this server as a client ({Status} {Error}). Check SCAIDRIVE_SCAIKEY_CLIENT_ID, SCAIDRIVE_SCAIKEY_DESKTOP_CLIENT_ID, SCAIDRIVE_SCAIKEY_CLIENT_SECRET and the redirect URIs registered there")]
    private partial void LogClientRefused(int status, string error);
}
