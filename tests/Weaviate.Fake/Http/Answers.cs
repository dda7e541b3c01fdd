using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ScaiDrive.Tests.Weaviate.Http;

/// <summary>A request that the server does not serve, with the status and the words it gives.</summary>
internal sealed class RefusedException(int status, string message) : Exception(message)
{
    internal int Status { get; } = status;
}

/// <summary>Answers in the shapes of the published REST API.</summary>
internal static class Answers
{
    /// <summary>An <c>ErrorResponse</c>.</summary>
    internal static Task ErrorAsync(HttpContext context, int status, string message) =>
        JsonAsync(context, status, new JsonObject { ["error"] = new JsonArray(new JsonObject { ["message"] = message }) });

    /// <summary>What is refused before a handler sees it.</summary>
    internal static Task FaultAsync(HttpContext context, int status, string message) =>
        JsonAsync(context, status, new JsonObject { ["code"] = status, ["message"] = message });

    internal static async Task JsonAsync(HttpContext context, int status, JsonNode body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }

    internal static async Task<JsonNode> BodyAsync(HttpContext context)
    {
        try
        {
            return await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted)
                ?? throw new RefusedException(422, "body in body is required");
        }
        catch (System.Text.Json.JsonException fault)
        {
            throw new RefusedException(400, $"parsing body body from \"\" failed, because {fault.Message}");
        }
    }

    /// <summary>The body as an object that has no other keys than the documented ones.</summary>
    internal static JsonObject Documented(JsonNode? node, string what, params string[] keys)
    {
        var body = node as JsonObject ?? throw new RefusedException(422, $"{what} is not an object");
        return body.FirstOrDefault(pair => !keys.Contains(pair.Key)) is { Key: { } unknown }
            ? throw new RefusedException(422, $"{what} has no field '{unknown}'")
            : body;
    }
}
