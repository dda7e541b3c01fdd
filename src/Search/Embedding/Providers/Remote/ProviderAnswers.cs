using System.Net;
using System.Text.Json;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Embedding.Providers.Remote;

/// <summary>Which refusal of a service means what.</summary>
internal static class ProviderAnswers
{
    private const int LongestMessage = 300;

    /// <summary>The fault that an answer other than success stands for.</summary>
    internal static EmbeddingUnavailableFacts FaultOf(HttpStatusCode status, string body, TimeSpan? retryAfter)
    {
        var (code, message, seconds) = Read(body);
        var said = $"{(int)status}{(message.Length > 0 ? ": " + message : "")}";
        retryAfter ??= seconds;
        return (int)status switch
        {
            // OpenAI answers 429 also to an account without credit, which waiting does not mend.
            429 when code is "insufficient_quota" or "billing_hard_limit_reached" => new(EmbeddingFaultKind.Settings, FaultCodes.Quota, said),
            402 => new(EmbeddingFaultKind.Settings, FaultCodes.Quota, said),
            429 => new(EmbeddingFaultKind.Throttled, FaultCodes.Throttled, said, retryAfter),
            // Services repeat parts of the key here: nothing of what they say is passed on.
            401 or 403 => new(EmbeddingFaultKind.Settings, FaultCodes.Auth, $"It answered {(int)status}: it does not accept the key."),
            400 when code is "invalid_api_key" => new(EmbeddingFaultKind.Settings, FaultCodes.Auth, "It answered 400: it does not accept the key."),
            404 or 405 or 410 or 415 or 421 => new(EmbeddingFaultKind.Settings, FaultCodes.Rejected, said),
            400 when code is "model_not_found" or "DeploymentNotFound" => new(EmbeddingFaultKind.Settings, FaultCodes.Rejected, said),
            408 or >= 500 => new(EmbeddingFaultKind.Outage, FaultCodes.Down, said, retryAfter),
            >= 300 and < 400 => new(EmbeddingFaultKind.Settings, FaultCodes.Rejected, $"{said} It points to another address, which is not followed; name that address as the endpoint."),
            _ => new(EmbeddingFaultKind.Text, FaultCodes.TextRefused, said),
        };
    }

    /// <summary>Code and message of an error body: <c>error.code</c> and <c>error.message</c> (OpenAI, Azure), <c>error</c> as text (Ollama,
    /// Hugging Face), <c>message</c> (Cohere, Bedrock); Hugging Face's <c>estimated_time</c> until a model is loaded.</summary>
    private static (string? Code, string Message, TimeSpan? Wait) Read(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0)
                root = root[0];
            if (root.ValueKind != JsonValueKind.Object)
                return (null, "", null);
            TimeSpan? wait = root.TryGetProperty("estimated_time", out var time) && time.TryGetDouble(out var seconds) && seconds is > 0 and < 3600
                ? TimeSpan.FromSeconds(seconds) : null;
            var error = root.TryGetProperty("error", out var inner) ? inner : root;
            return error.ValueKind switch
            {
                JsonValueKind.String => (Text(root, "error_type"), Short(error.GetString()!), wait),
                JsonValueKind.Object => (Text(error, "code") ?? Text(error, "type"), Short(Text(error, "message") ?? Text(error, "detail") ?? ""), wait),
                _ => (null, Short(Text(root, "message") ?? ""), wait),
            };
        }
        catch (JsonException)
        {
            // A page of a proxy, for example: nothing of it is repeated to the caller.
            return (null, "", null);
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Short(string message) => message.Length <= LongestMessage ? message : message[..LongestMessage] + "…";
}

/// <summary>A fault before it is known whose.</summary>
internal sealed record EmbeddingUnavailableFacts(EmbeddingFaultKind Kind, string Code, string Message, TimeSpan? RetryAfter = null);
