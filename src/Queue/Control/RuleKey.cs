using System.Text.RegularExpressions;

namespace ScaiDrive.Queue;

/// <summary>The key of a rule, taken apart: what it is about, and which one.</summary>
/// <param name="About"><c>queue</c>, <c>tenant</c>, <c>connector</c>, <c>kind</c> or <c>key</c>.</param>
/// <param name="Name">The queue, tenant, connector, kind or limit key.</param>
public sealed partial record RuleKey(string About, string Name)
{
    /// <summary>The longest key, in characters.</summary>
    public const int MaxLength = 600;

    /// <summary>Reads a key.</summary>
    /// <exception cref="ArgumentException">It is none; the message says what is expected.</exception>
    public static RuleKey Parse(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length > MaxLength || Pattern().Match(key) is not { Success: true } match)
        {
            throw new ArgumentException(
                $"A rule is about queue:, tenant:, connector:, kind: or key:, followed by a name, {MaxLength} characters at most.", nameof(key));
        }

        var parsed = new RuleKey(match.Groups["about"].Value, match.Groups["name"].Value);
        if (parsed is { About: "queue", Name: not (QueueNames.High or QueueNames.Low) })
            throw new ArgumentException($"There is no queue '{parsed.Name}'; it is '{QueueNames.High}' or '{QueueNames.Low}'.", nameof(key));
        return parsed;
    }

    /// <inheritdoc />
    public override string ToString() => $"{About}:{Name}";

    [GeneratedRegex("""\A(?<about>queue|tenant|connector|kind|key):(?<name>[^\x00-\x1F\x7F]+)\z""", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
