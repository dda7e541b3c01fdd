using System.Text.RegularExpressions;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Connectors;

namespace ScaiDrive.Api.Minimal.Connectors;

/// <summary>What was asked of a connector and cannot be.</summary>
internal static partial class ConnectorRefusals
{
    internal static ApiError Of(ConnectorException refusal) => refusal.Code switch
    {
        ConnectorCodes.NotFound => new(404, ErrorCodes.NotFound, refusal.Message),
        ConnectorCodes.SecretUnreadable => Fault(refusal, "password"),
        ConnectorCodes.RootNotAllowed => Fault(refusal, "root"),
        ConnectorCodes.UnknownType => Fault(refusal, "type"),
        ConnectorCodes.InvalidSettings => Fault(refusal, refusal.Field ?? NamedIn(refusal.Message)),
        _ => new(409, ErrorCodes.Conflict, refusal.Message, new Dictionary<string, object?> { ["connector_code"] = refusal.Code }),
    };

    // Types of sources put the setting that is to blame in quotes.
    private static string? NamedIn(string message) => Setting().Match(message) is { Success: true } match ? match.Groups["name"].Value : null;

    [GeneratedRegex("'(?<name>[a-z]+(_[a-z]+)*)'")]
    private static partial Regex Setting();

    private static ApiError Fault(ConnectorException refusal, string? field) =>
        ApiError.Invalid(new FieldFault(field is null ? ["body"] : ["body", field], refusal.Message, "value_error"));
}
