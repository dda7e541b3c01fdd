using System.Text.Json;
using System.Text.Json.Serialization;

namespace ScaiDrive.Drive.RateLimits;

/// <summary>Reads rates out of settings that may have been written by hand: whatever is no whole number from 1 to a billion counts as not set.</summary>
internal sealed class RateSettingsReader : JsonConverter<RateSettings>
{
    private const int Most = 1_000_000_000;

    /// <inheritdoc />
    public override RateSettings Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return Of(document.RootElement);
    }

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, RateSettings value, JsonSerializerOptions options) => throw new NotSupportedException("Settings are changed member by member.");

    internal static RateSettings Parse(string? json)
    {
        if (json is null || !json.StartsWith('{')) // what is taken out of the settings as text has lost its quotes
            return RateSettings.None;
        using var document = JsonDocument.Parse(json);
        return Of(document.RootElement);
    }

    private static RateSettings Of(JsonElement rates)
    {
        return rates.ValueKind == JsonValueKind.Object ? new(Number("token_per_minute"), Number("user_per_minute"), Number("tenant_per_minute")) : RateSettings.None;

        int? Number(string name) =>
            rates.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number is >= 1 and <= Most
                ? number
                : null;
    }
}
