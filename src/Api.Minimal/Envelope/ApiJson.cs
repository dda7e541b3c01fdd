using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ScaiDrive.Api.Minimal.Envelope;

/// <summary>JSON as the contract wants it: snake_case, times in UTC with <c>Z</c>, nulls written.</summary>
internal static class ApiJson
{
    internal static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    internal static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = null; // keys of a dictionary are data
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Converters.Add(new UtcTimeConverter());
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower));
        return options;
    }

    private sealed class UtcTimeConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(UtcText.Of(value));
    }
}

/// <summary>Times as this API writes them.</summary>
internal static class UtcText
{
    /// <summary>ISO 8601 in UTC with milliseconds and <c>Z</c>.</summary>
    internal static string Of(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
