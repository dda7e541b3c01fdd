using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace ScaiDrive.Tests.ScaiKey.Webhooks;

/// <summary>In what a delivery differs from a good one.</summary>
public sealed record DeliveryShape
{
    /// <summary>The secret it is signed with; null: the right one.</summary>
    public string? Secret { get; init; }

    /// <summary>How long ago it was signed; below zero: in the future.</summary>
    public TimeSpan Age { get; init; }

    /// <summary>Changes the body after it was signed.</summary>
    public Func<byte[], byte[]>? Tamper { get; init; }

    /// <summary>The whole signature header, instead of the computed one; empty: none.</summary>
    public string? Signature { get; init; }
}

/// <summary>Delivers events, signed: HMAC-SHA256 over time, a dot, and the body's bytes.</summary>
internal sealed class WebhookSender(TimeProvider time) : IDisposable
{
    private readonly HttpClient _client = new();

    internal async Task<HttpResponseMessage> SendAsync(Uri target, WebhookEvent happened, string secret, DeliveryShape shape, CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow() - shape.Age;
        var seconds = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var body = happened.Body(at);
        byte[] text = [.. Encoding.ASCII.GetBytes(seconds + "."), .. body];
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(shape.Secret ?? secret), text);
        using var request = new HttpRequestMessage(HttpMethod.Post, target)
        {
            Content = new ByteArrayContent(shape.Tamper?.Invoke(body) ?? body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        request.Headers.Add("X-ScaiKey-Webhook-ID", "whk_demo");
        request.Headers.Add("X-ScaiKey-Event-ID", happened.Id);
        request.Headers.Add("X-ScaiKey-Event-Type", happened.Type);
        request.Headers.Add("X-ScaiKey-Timestamp", seconds);
        if (shape.Signature != "")
            request.Headers.TryAddWithoutValidation("X-ScaiKey-Signature", shape.Signature ?? $"t={seconds},v1={Convert.ToHexStringLower(mac)}");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("ScaiKey-Webhook", "1.0"));
        return await _client.SendAsync(request, cancellationToken);
    }

    public void Dispose() => _client.Dispose();
}
