using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Connectors;

namespace ScaiDrive.Api.Minimal.Connectors;

/// <summary>What was asked of a connector and cannot be.</summary>
internal static class ConnectorRefusals
{
    internal static ApiError Of(ConnectorException refusal) => refusal.Code switch
    {
        ConnectorCodes.NotFound => new(404, ErrorCodes.NotFound, refusal.Message),
        ConnectorCodes.SecretUnreadable => Fault(refusal, "password"),
        ConnectorCodes.RootNotAllowed => Fault(refusal, "root"),
        ConnectorCodes.UnknownType => Fault(refusal, "type"),
        ConnectorCodes.InvalidSettings => Fault(refusal, refusal.Field),
        _ => new(409, ErrorCodes.Conflict, refusal.Message, new Dictionary<string, object?> { ["connector_code"] = refusal.Code }),
    };

    private static ApiError Fault(ConnectorException refusal, string? field) =>
        ApiError.Invalid(new FieldFault(field is null ? ["body"] : ["body", field], refusal.Message, "value_error"));
}
