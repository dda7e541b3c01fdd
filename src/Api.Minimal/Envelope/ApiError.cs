using System.Globalization;
using System.Text.Json.Serialization;

namespace ScaiDrive.Api.Minimal.Envelope;

/// <summary>One failure on its way to the caller. <see cref="ErrorWriter"/> alone turns it into bytes.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable code, upper case.</param>
/// <param name="Message">One sentence for people; never a stack trace.</param>
/// <param name="Details">Facts a program can use.</param>
/// <param name="Faults">For 422: what is wrong with which field.</param>
/// <param name="RetryAfter">When trying again makes sense.</param>
internal sealed record ApiError(
    int Status,
    string Code,
    string Message,
    IReadOnlyDictionary<string, object?>? Details = null,
    IReadOnlyList<FieldFault>? Faults = null,
    TimeSpan? RetryAfter = null)
{
    internal static ApiError NotFound(string what, string id) =>
        new(404, ErrorCodes.NotFound, $"No such {what}: {id}", new Dictionary<string, object?> { ["resource_type"] = what, ["resource_id"] = id });

    internal static ApiError Gone(string what, string id) =>
        new(410, ErrorCodes.Gone, $"This {what} was deleted: {id}", new Dictionary<string, object?> { ["resource_type"] = what, ["resource_id"] = id });

    internal static ApiError Invalid(params IReadOnlyList<FieldFault> faults) => new(
        422,
        ErrorCodes.Validation,
        string.Join(" ", faults.Select(f => f.Msg)),
        new Dictionary<string, object?> { ["fields"] = faults.Select(f => f.Loc[^1]).ToArray() },
        faults);

    /// <summary>A room refused a value, and its words say why.</summary>
    internal static ApiError Invalid(ArgumentException refusal, params IReadOnlyList<string> loc)
    {
        // The framework adds the name of a parameter of ours, which means nothing to the caller.
        var suffix = refusal.Message.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
        return Invalid(new FieldFault(loc, suffix < 0 ? refusal.Message : refusal.Message[..suffix], "value_error"));
    }

    internal static ApiError Denied(string message) => new(403, ErrorCodes.PermissionDenied, message);

    internal static ApiError TooLarge(long limitBytes) => new(
        413,
        ErrorCodes.PayloadTooLarge,
        string.Create(CultureInfo.InvariantCulture, $"The file is larger than max_file_size_bytes ({limitBytes}) of this tenant."),
        new Dictionary<string, object?> { ["max_file_size_bytes"] = limitBytes });

    internal static ApiError Unavailable(string dependency, string message) => new(
        503,
        ErrorCodes.ServiceUnavailable,
        message,
        new Dictionary<string, object?> { ["dependency"] = dependency },
        RetryAfter: TimeSpan.FromSeconds(5));
}

/// <summary>What is wrong with one field of a request.</summary>
/// <param name="Loc">Where it stands: <c>query</c>, <c>path</c>, <c>header</c> or <c>body</c>, then the names inside.</param>
/// <param name="Msg">What is wrong, for people.</param>
/// <param name="Type">What is wrong, for programs: <c>missing</c>, <c>type_error</c>, <c>value_error</c>.</param>
internal sealed record FieldFault(IReadOnlyList<string> Loc, string Msg, string Type);

/// <summary>The body of every failed request.</summary>
internal sealed record ErrorBody
{
    /// <summary>Always <c>error</c>.</summary>
    public string Status { get; init; } = "error";

    /// <summary>The machine-readable part.</summary>
    public required ErrorFacts Error { get; init; }

    /// <summary>The message again; for 422 a list of field faults.</summary>
    public required object Detail { get; init; }

    /// <summary>The request id.</summary>
    public required AnswerMeta Meta { get; init; }
}

/// <summary>The machine-readable part of a failure.</summary>
internal sealed record ErrorFacts
{
    /// <summary>Stable code, for example <c>NOT_FOUND</c>.</summary>
    public required string Code { get; init; }

    /// <summary>One sentence for people.</summary>
    public required string Message { get; init; }

    /// <summary>Facts a program can use; empty when there are none.</summary>
    public required IReadOnlyDictionary<string, object?> Details { get; init; }

    /// <summary>Seconds after which trying again makes sense.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RetryAfter { get; init; }
}

/// <summary>What every JSON object of this API carries beside its own fields.</summary>
/// <param name="RequestId">The value of the <c>X-Request-Id</c> header of the same answer.</param>
internal sealed record AnswerMeta(string RequestId);
