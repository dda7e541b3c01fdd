using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Npgsql;
using ScaiDrive.Api.Minimal.Identity.Tokens;
using ScaiDrive.Drive;
using ScaiDrive.Queue;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Api.Minimal.Envelope;

/// <summary>Which failure becomes which status and code. The only place that knows.</summary>
internal static partial class ErrorTranslator
{
    // errno values, which .NET on Unix keeps in HResult: no space left on device; disk quota exceeded.
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>A status that was set without a body.</summary>
    internal static ApiError FromStatus(HttpContext context)
    {
        var status = context.Response.StatusCode;
        var path = context.Request.Path.ToUriComponent();
        return status switch
        {
            404 => new(404, ErrorCodes.NotFound, $"Nothing is at {Shortened(path)}."),
            405 => new(405, ErrorCodes.MethodNotAllowed, $"{Shortened(context.Request.Method)} is not allowed here.", AllowedMethods(context)),
            412 => new(412, ErrorCodes.PreconditionFailed, "The resource is not in the state the request expects."),
            413 => new(413, ErrorCodes.PayloadTooLarge, "The request body is too large."),
            415 => new(415, ErrorCodes.UnsupportedMediaType, "The Content-Type of this request is not supported here."),
            416 => new(416, ErrorCodes.RangeNotSatisfiable, "The requested range lies outside the file."),
            503 => ApiError.Unavailable("server", "The server cannot answer now."),
            >= 500 => new(status, ErrorCodes.Internal, "The request failed. Quote the request id when you report it."),
            _ => new(status, ErrorCodes.BadRequest, "The request could not be understood."),
        };
    }

    /// <summary>An exception that reached the boundary.</summary>
    internal static ApiError FromException(HttpContext context, Exception fault) => fault switch
    {
        BadHttpRequestException bad => FromBadRequest(context, bad),
        ContentTooLargeException large => ApiError.TooLarge(large.MaxBytes),
        IndexUnavailableException => ApiError.Unavailable("search_index", "The search index cannot answer now; it may still be building."),
        DiskFullException => StorageFull(),
        ContentMissingException => ApiError.Unavailable("storage", "The content of this file cannot be read from the store."),
        InvalidScheduleException schedule => ApiError.Invalid(new FieldFault(["body", schedule.Field], schedule.Message, "value_error")),
        ScheduleConflictException schedule => new(409, schedule.Code, schedule.Message),
        DriveException drive => new(StatusOf(drive.Code), drive.Code, drive.Message),
        EmbeddingUnavailableException => ApiError.Unavailable("embedding", "Search by meaning is not available now: the embedding service does not answer. Keyword search works."),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => StorageFull(),
        // NUL and half a surrogate pair are characters in JSON and in an address, but no text of a database.
        PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter } or EncoderFallbackException =>
            new(400, ErrorCodes.BadRequest, "The request holds a character that no text can have."),
        PostgresException { IsTransient: false, SqlState: var state } when !IsOutage(state) => Unexpected(),
        NpgsqlException or SocketException => ApiError.Unavailable("database", "The database does not answer now."),
        IOException { HResult: NoSpace or QuotaExceeded } => StorageFull(),
        InvalidDataException or JsonException => new(400, ErrorCodes.BadRequest, "The request body is malformed."),
        ScaiKeyUnreachableException => ApiError.Unavailable("scaikey", "ScaiKey does not answer now."),
        TimeoutException => new(504, ErrorCodes.Timeout, "The request took too long.", RetryAfter: TimeSpan.FromSeconds(5)),
        OperationCanceledException => ApiError.Unavailable("server", "The server is stopping."),
        _ => Unexpected(),
    };

    // Classes: 08 connection, 53 out of resources, 57 operator intervention (shutdown, starting up), 58 system error.
    private static bool IsOutage(string sqlState) => sqlState.Length == 5 && sqlState[..2] is "08" or "53" or "57" or "58";

    private static ApiError Unexpected() =>
        new(500, ErrorCodes.Internal, "The request failed unexpectedly. Quote the request id when you report it.");

    private static ApiError StorageFull() =>
        new(507, ErrorCodes.StorageFull, "The server's disk is full. Nothing was saved.");

    private static int StatusOf(string driveCode) => driveCode switch
    {
        "NOT_FOUND" => 404,
        "GONE" => 410,
        "PAYLOAD_TOO_LARGE" => 413,
        "INVALID_NAME" or "PATH_TOO_LONG" => 422,
        "CONTENT_VANISHED" => 503, // the same upload works when it is sent again
        "STORAGE_FULL" or "QUOTA_EXCEEDED" => 507,
        _ => 409, // what is left is a state that does not allow the change: NAME_CONFLICT, INVALID_MOVE
    };

    /// <summary>The framework could not bind a parameter or read the body. Its message is the only record of which one.</summary>
    private static ApiError FromBadRequest(HttpContext context, BadHttpRequestException bad)
    {
        switch (bad.StatusCode)
        {
            case StatusCodes.Status413PayloadTooLarge:
                return new(413, ErrorCodes.PayloadTooLarge, "The request body is too large.");
            case StatusCodes.Status415UnsupportedMediaType:
                return new(415, ErrorCodes.UnsupportedMediaType, "The body must be JSON (Content-Type: application/json).");
        }

        if (bad.InnerException is JsonException json)
        {
            // A reader's exception inside means broken syntax; without one the syntax is fine and a value has the wrong type.
            return json.InnerException is JsonException
                ? new(400, ErrorCodes.BadRequest, "The body is not valid JSON.", Position(json))
                : json.Message.Contains("could not be mapped", StringComparison.Ordinal)
                ? ApiError.Invalid(new FieldFault(["body", .. PathOf(json)], "There is no such member here.", "unknown"))
                : ApiError.Invalid(new FieldFault(["body", .. PathOf(json)], "The value has the wrong type.", "type_error"));
        }

        if (Unbound().Match(bad.Message) is { Success: true } unbound)
        {
            var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(unbound.Groups["name"].Value);
            var source = context.Request.RouteValues.ContainsKey(unbound.Groups["name"].Value) || context.Request.RouteValues.ContainsKey(name) ? "path" : "query";
            return ApiError.Invalid(new FieldFault([source, name], $"{name} has the wrong type.", "type_error"));
        }

        if (Missing().Match(bad.Message) is { Success: true } missing)
        {
            if (missing.Groups["source"].Value.Contains("body", StringComparison.Ordinal))
                return ApiError.Invalid(new FieldFault(["body"], "A JSON object is required.", "missing"));
            var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(missing.Groups["name"].Value);
            return ApiError.Invalid(new FieldFault(["query", name], $"{name} is required.", "missing"));
        }

        if (bad.InnerException is IOException or InvalidDataException)
            return new(400, ErrorCodes.BadRequest, bad.Message); // UploadReader's own words

        return new(bad.StatusCode is >= 400 and < 500 ? bad.StatusCode : 400, ErrorCodes.BadRequest, "The request could not be understood.");
    }

    private static Dictionary<string, object?> Position(JsonException json) =>
        new() { ["line"] = json.LineNumber + 1, ["byte_in_line"] = json.BytePositionInLine };

    private static string[] PathOf(JsonException json) =>
        json.Path?.TrimStart('$').Split('.', StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static Dictionary<string, object?> AllowedMethods(HttpContext context) =>
        new() { ["allow"] = context.Response.Headers.Allow.ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) };

    private static string Shortened(string text) => text.Length <= 200 ? text : text[..200] + "…";

    [GeneratedRegex("^Failed to bind parameter \"\\S+ (?<name>\\w+)\"")]
    private static partial Regex Unbound();

    [GeneratedRegex("^(?:Required parameter \"\\S+ (?<name>\\w+)\" was not provided from (?<source>.+)\\.|Implicit body inferred|Failed to read parameter)")]
    private static partial Regex Missing();
}
