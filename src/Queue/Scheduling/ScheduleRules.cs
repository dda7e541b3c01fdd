using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ScaiDrive.Queue.Scheduling;

/// <summary>What a definition must fulfil, apart from its times.</summary>
internal static partial class ScheduleRules
{
    private const int NameLength = 200;
    private const int KeyLength = 500;
    private const int ArgsLength = 100_000;
    private static readonly TimeSpan LongestTolerance = TimeSpan.FromDays(1);

    /// <exception cref="InvalidScheduleException">A field cannot work; the message names it.</exception>
    internal static void Check(ScheduleDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (string.IsNullOrWhiteSpace(definition.Name) || definition.Name.Length > NameLength || definition.Name.Any(char.IsControl))
            throw new InvalidScheduleException("name", $"name must have 1 to {NameLength} characters, none of them a control character.");
        if (!KindPattern().IsMatch(definition.Kind))
            throw new InvalidScheduleException("kind", "kind must be lower-case letters, digits and dashes, such as sync-connector; at most 100.");
        CheckArgs(definition.ArgsJson);
        OneOf("queue", definition.Queue, [QueueNames.High, QueueNames.Low]);
        OneOf("misfire", definition.Misfire, MisfirePolicies.All);
        OneOf("overlap", definition.Overlap, OverlapPolicies.All);
        foreach (var (field, value) in new[]
        {
            ("connector", definition.Connector), ("subject_id", definition.SubjectId), ("limit_key", definition.LimitKey), ("unique_key", definition.UniqueKey),
        })
        {
            if (value is { Length: 0 or > KeyLength })
                throw new InvalidScheduleException(field, $"{field} must have 1 to {KeyLength} characters, or be left out.");
        }

        if (definition.MaxAttempts is < 1 or > 1000)
            throw new InvalidScheduleException("max_attempts", $"max_attempts is {definition.MaxAttempts}; it must be 1 to 1000.");
        if (definition.MisfireTolerance < TimeSpan.Zero || definition.MisfireTolerance > LongestTolerance)
        {
            throw new InvalidScheduleException(
                "misfire_tolerance_seconds",
                string.Create(CultureInfo.InvariantCulture, $"misfire_tolerance_seconds must be 0 to {LongestTolerance.TotalSeconds} (a day)."));
        }

        if (definition is { Misfire: MisfirePolicies.FireAll, Overlap: OverlapPolicies.Skip })
        {
            throw new InvalidScheduleException(
                "overlap", "overlap must be queue_up when misfire is fire_all: jobs that make up for several fires wait together.");
        }
    }

    private static void CheckArgs(string json)
    {
        try
        {
            if (json.Length <= ArgsLength)
            {
                using var document = JsonDocument.Parse(json);
                if (document.RootElement.ValueKind == JsonValueKind.Object)
                    return;
            }
        }
        catch (JsonException)
        {
        }

        throw new InvalidScheduleException("args", $"args must be a JSON object of at most {ArgsLength} characters.");
    }

    private static void OneOf(string field, string value, string[] known)
    {
        if (!known.Contains(value))
            throw new InvalidScheduleException(field, $"{field} must be one of {string.Join(", ", known)}.");
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,99}$")]
    private static partial Regex KindPattern();
}
