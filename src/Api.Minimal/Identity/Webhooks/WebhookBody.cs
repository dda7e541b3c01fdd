using System.Globalization;
using System.Text.Json;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity.Tokens;
using ScaiDrive.Drive.Users;

namespace ScaiDrive.Api.Minimal.Identity.Webhooks;

/// <summary>Reads what ScaiKey tells. Members that are not known are passed over: ScaiKey may tell more one day.</summary>
internal sealed class WebhookBody(JsonElement root)
{
    private const int MaxTextLength = 320;

    private readonly List<FieldFault> _faults = [];

    /// <summary>Such as <c>user.updated</c>; null when there is none.</summary>
    internal string? Type => Text(root, "event_type");

    /// <summary>The event, or what is wrong with it.</summary>
    internal static (ScaiKeyEvent? Event, ApiError? Error) Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return (null, ApiError.Invalid(new FieldFault(["body"], "A JSON object is required.", "type_error")));
        var body = new WebhookBody(root);
        ScaiKeyEvent? happened = body.Type switch
        {
            "user.created" or "user.updated" or "user.deleted" => body.User(),
            "group.created" or "group.updated" or "group.deleted" => body.Group(),
            _ => null,
        };
        if (happened is null)
            return (null, new ApiError(400, ErrorCodes.UnsupportedEvent, "This event is not known here. Known: user.* and group.* with created, updated and deleted."));
        return body._faults.Count == 0 ? (happened, null) : (null, ApiError.Invalid(body._faults));
    }

    private ScaiKeyUserEvent User()
    {
        var told = Object("data");
        return new ScaiKeyUserEvent(EventId(), Type!, At(), Id(root, "tenant_id", "tnt_"), Id(Object("resource"), "id", "usr_"))
        {
            PartnerId = PartnerId(),
            ActorId = Text(Object("actor"), "id"),
            Email = Text(told, "email"),
            Name = Text(told, "name") ?? NonEmpty($"{Text(told, "first_name")} {Text(told, "last_name")}"),
            Status = Text(told, "status"),
            Groups = Ids(told, "groups", "grp_"),
        };
    }

    private ScaiKeyGroupEvent Group()
    {
        var told = Object("data");
        return new ScaiKeyGroupEvent(EventId(), Type!, At(), Id(root, "tenant_id", "tnt_"), Id(Object("resource"), "id", "grp_"))
        {
            PartnerId = PartnerId(),
            ActorId = Text(Object("actor"), "id"),
            Name = Text(told, "name") ?? Text(told, "display_name"),
            Members = Ids(told, "members", "usr_", "grp_"),
        };
    }

    private string EventId()
    {
        if (Text(root, "event_id") is { Length: <= 200 } id)
            return id;
        return Fault("event_id", "event_id is required.", "");
    }

    private DateTimeOffset At()
    {
        if (!root.TryGetProperty("timestamp", out var value))
            return Fault("timestamp", "timestamp is required.", DateTimeOffset.UnixEpoch);
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds is >= 0 and < 253402300800)
            return DateTimeOffset.FromUnixTimeSeconds(seconds);
        return value.ValueKind == JsonValueKind.String
            && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : Fault("timestamp", "timestamp is a time such as 2026-11-23T08:00:00Z.", DateTimeOffset.UnixEpoch);
    }

    private string? PartnerId() => Text(root, "partner_id") is { } partner && TokenClaims.IsId(partner, "prt_") ? partner : null;

    private string Id(JsonElement holder, string name, string prefix) =>
        Text(holder, name) is { } id && TokenClaims.IsId(id, prefix) ? id : Fault(name, $"{name} must be an id that begins with {prefix}", "");

    /// <summary>Ids, or objects that have one; those of another kind are left out.</summary>
    private static List<string>? Ids(JsonElement holder, string name, params string[] prefixes)
    {
        if (holder.ValueKind != JsonValueKind.Object || !holder.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
            return null;
        return [.. list.EnumerateArray()
            .Select(one => one.ValueKind == JsonValueKind.String ? one.GetString() : Text(one, "id"))
            .OfType<string>().Where(id => prefixes.Any(prefix => TokenClaims.IsId(id, prefix)))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private JsonElement Object(string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : default;

    private static string? Text(JsonElement holder, string name) =>
        holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? NonEmpty(value.GetString()!)
            : null;

    private static string? NonEmpty(string text) =>
        text.Replace("\0", "", StringComparison.Ordinal).Trim() is { Length: > 0 and <= MaxTextLength } kept ? kept : null;

    private T Fault<T>(string field, string message, T otherwise)
    {
        _faults.Add(new FieldFault(["body", field], message, "value_error"));
        return otherwise;
    }
}
