using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using ScaiDrive.Api.Minimal.Envelope;

namespace ScaiDrive.Api.Minimal.OpenApi;

/// <summary>The document at <c>/openapi/v1.json</c>: what the code says, plus the error body every operation can answer with.</summary>
internal static class ApiDocument
{
    private const string JsonType = "application/json";

    internal static void AddTo(IServiceCollection services, ApiOptions options) => services.AddOpenApi("v1", document =>
    {
        document.AddDocumentTransformer((api, _, _) =>
        {
            api.Info = new OpenApiInfo
            {
                Title = "ScaiDrive",
                Version = options.Version,
                Description = "Files, search and the worker fleet. Every answer carries X-Request-Id; every JSON object carries the same id in meta.request_id. "
                    + "Every failure has the body ErrorBody with a stable error.code.",
            };
            api.Servers = [];
            return Task.CompletedTask;
        });
        document.AddOperationTransformer(async (operation, context, cancellationToken) =>
        {
            var schema = await context.GetOrCreateSchemaAsync(typeof(ErrorBody), null, cancellationToken);
            context.Document?.AddComponent(nameof(ErrorBody), schema);
            if (HttpMethods.IsHead(context.Description.HttpMethod ?? ""))
                operation.OperationId += "Head"; // one route serves GET and HEAD; operation ids are unique
            operation.Responses ??= [];
            operation.Responses["default"] = new OpenApiResponse
            {
                Description = "Failure: 4xx or 5xx, error.code says which",
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [JsonType] = new() { Schema = new OpenApiSchemaReference(nameof(ErrorBody), context.Document) },
                },
            };
        });
        document.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(ErrorBody) && schema.Properties is { } properties)
            {
                properties["detail"] = new OpenApiSchema
                {
                    Description = "The message; for 422 a list of {loc, msg, type}.",
                    OneOf =
                    [
                        new OpenApiSchema { Type = JsonSchemaType.String },
                        new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.Object } },
                    ],
                };
            }

            return Task.CompletedTask;
        });
    });
}
