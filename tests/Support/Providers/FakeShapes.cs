using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ScaiDrive.Tests.Support.Providers;

/// <summary>One published shape of request and answer.</summary>
/// <param name="MaxTexts">In a request.</param>
/// <param name="TooManyStatus">The answer to more.</param>
/// <param name="Read">Understands a request, or refuses it.</param>
/// <param name="Write">The answer with these vectors.</param>
/// <param name="Error">The body of a refusal: message and code.</param>
internal sealed record FakeShape(
    int MaxTexts, int TooManyStatus, Func<HttpRequest, JsonElement, FakeRequest> Read, Func<FakeRequest, float[][], JsonNode> Write, Func<string, string?, JsonNode> Error);

/// <summary>The shapes, by path.</summary>
internal static class FakeShapes
{
    private static readonly FakeShape OpenAi = new(
        2048, 400, (request, body) => ReadOpenAi(request, body, Bearer(request), needsModel: true), WriteOpenAi, NestedError);

    private static readonly FakeShape Azure = new(
        2048, 400,
        (request, body) => ReadOpenAi(
            request, body,
            request.Query["api-version"].Count == 1 ? request.Headers["api-key"].ToString() : throw Refuse(404, NestedError("Resource not found", "404")), needsModel: false),
        WriteOpenAi, NestedError);

    private static readonly FakeShape Cohere = new(
        96, 400,
        (request, body) =>
        {
            Members(body, MessageError, ["model", "texts", "input_type", "embedding_types", "truncate"], ["output_dimension"]);
            Require(body.GetProperty("input_type").GetString() is "search_document" or "search_query", MessageError, "invalid input_type");
            Require(Texts(body, "embedding_types", MessageError) is ["float"], MessageError, "invalid embedding_types");
            Require(body.GetProperty("truncate").GetString() is "NONE" or "START" or "END", MessageError, "invalid truncate");
            return new(
                request.Path, Bearer(request), body.GetProperty("model").GetString(), Texts(body, "texts", MessageError), body.GetProperty("input_type").GetString(), null);
        },
        (request, vectors) => new JsonObject
        {
            ["id"] = "1",
            ["embeddings"] = new JsonObject { ["float"] = Matrix(vectors) },
            ["texts"] = new JsonArray(),
            ["meta"] = new JsonObject { ["billed_units"] = new JsonObject { ["input_tokens"] = Tokens(request) } },
        },
        MessageError);

    private static readonly FakeShape Ollama = new(
        int.MaxValue, 400,
        (request, body) =>
        {
            Members(body, TextError, ["model", "input"], ["truncate", "dimensions", "keep_alive", "options"]);
            return new(request.Path, FakeProvider.Key, body.GetProperty("model").GetString(), Texts(body, "input", TextError), null, null);
        },
        (request, vectors) => new JsonObject { ["model"] = request.Model, ["embeddings"] = Matrix(vectors), ["total_duration"] = 1, ["prompt_eval_count"] = Tokens(request) },
        TextError);

    private static readonly FakeShape HuggingFace = new(
        32, 413,
        (request, body) =>
        {
            Members(body, TextError, ["inputs"], ["normalize", "truncate", "truncation_direction", "prompt_name"]);
            return new(request.Path, Bearer(request), null, Texts(body, "inputs", TextError), null, null);
        },
        (_, vectors) => Matrix(vectors),
        TextError);

    private static readonly FakeShape Titan = new(
        1, 400,
        (request, body) =>
        {
            Members(body, MessageError, ["inputText"], ["dimensions", "normalize", "embeddingTypes"]);
            return new(
                request.Path, Bearer(request), null, [body.GetProperty("inputText").GetString()!], null,
                body.TryGetProperty("dimensions", out var wanted) ? wanted.GetInt32() : null);
        },
        (request, vectors) => new JsonObject { ["embedding"] = Vector(vectors[0]), ["inputTextTokenCount"] = Tokens(request) },
        MessageError);

    private static readonly FakeShape BedrockCohere = new(
        96, 400,
        (request, body) =>
        {
            Members(body, MessageError, ["texts", "input_type"], ["truncate", "embedding_types"]);
            return new(request.Path, Bearer(request), null, Texts(body, "texts", MessageError), body.GetProperty("input_type").GetString(), null);
        },
        (_, vectors) => new JsonObject { ["id"] = "1", ["response_type"] = "embeddings_floats", ["embeddings"] = Matrix(vectors) },
        MessageError);

    internal static FakeShape Of(HttpRequest request)
    {
        Require(HttpMethods.IsPost(request.Method), TextError, "method not allowed", 405);
        Require(request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true, TextError, "expected JSON", 415);
        return request.Path.Value switch
        {
            "/v1/embeddings" => OpenAi,
            "/openai/deployments/" + FakeProvider.Model + "/embeddings" => Azure,
            "/v2/embed" => Cohere,
            "/api/embed" => Ollama,
            "/" or "/embed" => HuggingFace,
            "/model/amazon.titan-embed-text-v2:0/invoke" => Titan,
            "/model/cohere.embed-english-v3/invoke" => BedrockCohere,
            _ => throw Refuse(404, TextError("404 page not found", null)),
        };
    }

    private static FakeRequest ReadOpenAi(HttpRequest request, JsonElement body, string? key, bool needsModel)
    {
        Members(body, NestedError, needsModel ? ["model", "input"] : ["input"], ["model", "encoding_format", "dimensions", "user"]);
        Require(!body.TryGetProperty("encoding_format", out var format) || format.GetString() == "float", NestedError, "only floats here");
        return new(
            request.Path, key, needsModel ? body.GetProperty("model").GetString() : null, Texts(body, "input", NestedError), null,
            body.TryGetProperty("dimensions", out var wanted) ? wanted.GetInt32() : null);
    }

    // Not in order: the index says which is which.
    private static JsonObject WriteOpenAi(FakeRequest request, float[][] vectors) => new()
    {
        ["object"] = "list",
        ["data"] = new JsonArray([.. vectors.Select((vector, i) => new JsonObject { ["object"] = "embedding", ["index"] = i, ["embedding"] = Vector(vector) }).Reverse()]),
        ["model"] = request.Model,
        ["usage"] = new JsonObject { ["prompt_tokens"] = Tokens(request), ["total_tokens"] = Tokens(request) },
    };

    private static JsonNode NestedError(string message, string? code) =>
        new JsonObject { ["error"] = new JsonObject { ["message"] = message, ["type"] = "invalid_request_error", ["param"] = null, ["code"] = code } };

    private static JsonNode MessageError(string message, string? code) => new JsonObject { ["message"] = message };

    private static JsonNode TextError(string message, string? code) => new JsonObject { ["error"] = message, ["error_type"] = code };

    private static string? Bearer(HttpRequest request) =>
        request.Headers.Authorization.ToString() is { } value && value.StartsWith("Bearer ", StringComparison.Ordinal) ? value["Bearer ".Length..] : null;

    private static List<string> Texts(JsonElement body, string name, Func<string, string?, JsonNode> error)
    {
        var texts = body.GetProperty(name);
        Require(texts.ValueKind == JsonValueKind.Array && texts.GetArrayLength() > 0, error, $"{name} must be a list");
        return [.. texts.EnumerateArray().Select(text => text.GetString()!)];
    }

    private static void Members(JsonElement body, Func<string, string?, JsonNode> error, string[] needed, string[] others)
    {
        var names = body.EnumerateObject().Select(member => member.Name).ToList();
        Require(needed.All(names.Contains), error, $"missing one of {string.Join(", ", needed)}");
        Require(names.All(name => needed.Contains(name) || others.Contains(name)), error, $"unknown member among {string.Join(", ", names)}");
    }

    private static void Require(bool holds, Func<string, string?, JsonNode> error, string message, int status = 422)
    {
        if (!holds)
            throw Refuse(status, error(message, null));
    }

    private static FakeRefusal Refuse(int status, JsonNode body) => new(status, body);

    private static int Tokens(FakeRequest request) => request.Texts.Sum(text => text.Split(' ').Length);

    private static JsonArray Matrix(float[][] vectors) => [.. vectors.Select(Vector)];

    private static JsonArray Vector(float[] vector) => [.. vector.Select(number => (JsonNode)number)];
}
