using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Drive.Users;

namespace ScaiDrive.Api.Minimal.Identity.Webhooks;

/// <summary>Where ScaiKey tells what happened to users and groups. Its signature stands in for a token.</summary>
internal static partial class WebhookEndpoint
{
    // A group of ten thousand members fits.
    private const long MaxBodyBytes = 512 * 1024;

    extension(IEndpointRouteBuilder routes)
    {
        internal void MapScaiKeyWebhook() => routes.MapPost("/webhooks/scaikey", TakeAsync).WithTags("Webhooks").WithName("TakeScaiKeyEvent")
            .WithSummary("What happened to users and groups in ScaiKey")
            .WithDescription("Signed with SCAIDRIVE_SCAIKEY_WEBHOOK_SECRET. An event that was applied before, or that is older than one that was, answers 200 and changes nothing.")
            .Accepts<JsonElement>("application/json").OpenToAll();
    }

    internal static async Task<Results<Ok<WebhookAnswer>, ErrorResult>> TakeAsync(
        HttpContext context, ScaiKeyEvents events, TimeProvider time, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        // Without a secret nobody could be told from ScaiKey.
        if (context.RequestServices.GetService<IdentityOptions>() is not { WebhookSecrets: { Count: > 0 } secrets })
            return (ErrorResult)ApiError.Unavailable("scaikey_webhook", "No secret for ScaiKey's events is configured (SCAIDRIVE_SCAIKEY_WEBHOOK_SECRET).");

        var log = logs.CreateLogger(typeof(WebhookEndpoint).FullName!);
        var body = await ReadAsync(context, cancellationToken);
        if (WebhookSignature.Fault(context.Request.Headers[WebhookSignature.HeaderName], body, secrets, time.GetUtcNow()) is { } fault)
        {
            AuthenticationMetrics.Refused("webhook_signature");
            LogRefused(log, context.TraceIdentifier, fault);
            return (ErrorResult)new ApiError(StatusCodes.Status401Unauthorized, ErrorCodes.SignatureInvalid, "The signature is missing or not valid.");
        }

        using var document = JsonDocument.Parse(body);
        var (happened, error) = WebhookBody.Read(document.RootElement);
        if (error is not null)
            return (ErrorResult)error;
        var outcome = await events.ApplyAsync(happened!, cancellationToken);
        LogTaken(log, happened!.Id, happened.Type, happened.ResourceId, happened.TenantId, outcome);
        return outcome == ScaiKeyOutcome.OtherTenant
            ? (ErrorResult)new ApiError(409, ErrorCodes.Conflict, $"{happened.ResourceId} belongs to another tenant.")
            : TypedResults.Ok(new WebhookAnswer { Status = outcome.ToString().ToLowerInvariant() });
    }

    /// <summary>The bytes as they came: what is signed is not what a parser makes of it.</summary>
    private static async Task<byte[]> ReadAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxBodyBytes;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancellationToken);
        return body.ToArray();
    }

    [LoggerMessage(LogLevel.Warning, "Request {RequestId}: event of ScaiKey refused, {Cause}")]
    private static partial void LogRefused(ILogger log, string requestId, string cause);

    [LoggerMessage(LogLevel.Information, "Event {EventId} of ScaiKey, {Type} of {ResourceId} in {TenantId}: {Outcome}")]
    private static partial void LogTaken(ILogger log, string eventId, string type, string resourceId, string tenantId, ScaiKeyOutcome outcome);
}

/// <summary>What became of an event.</summary>
internal sealed record WebhookAnswer : Answer
{
    /// <summary><c>applied</c>; <c>repeated</c>: applied before; <c>outdated</c>: something newer was.</summary>
    public required string Status { get; init; }
}
