using System.Text.Json;
using System.Text.Json.Serialization;

namespace ScaiDrive.Queue.Enqueueing;

/// <summary>How arguments are written and read: snake_case names and enum values, absent instead of null.</summary>
internal static class JobJson
{
    internal static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };
}
