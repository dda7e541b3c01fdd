using System.ComponentModel.DataAnnotations;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Search.Embedding.Policies;
using ScaiDrive.Search.Embedding.Providers;

namespace ScaiDrive.Api.Minimal.Vectorization;

/// <summary>What becomes of the content of a file.</summary>
internal static class PolicyModes
{
    internal const string Pattern = "none|keyword|both";

    internal static string Of(PolicyRow rule) => !rule.IndexContent ? "none" : rule.Semantic ? "both" : "keyword";
}

/// <summary>A policy as an admin writes it.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record PolicyBody
{
    /// <summary>No other policy of the tenant has it.</summary>
    [Required]
    [StringLength(200, MinimumLength = 1, ErrorMessage = "name has 1 to 200 characters.")]
    public string? Name { get; init; }

    /// <summary>Where it stands, from 1: the first policy that matches a file decides. Default before the default policy.</summary>
    [Range(1, int.MaxValue, ErrorMessage = "position counts from 1.")]
    public int? Position { get; init; }

    /// <summary>Only files of this share; null: of all.</summary>
    public string? ShareId { get; init; }

    /// <summary>Only paths that begin so, such as <c>/Projects/</c>; null: all. Letters count as they are written.</summary>
    [RegularExpression(@"/[^\x00]*", ErrorMessage = "path_prefix begins with a slash.")]
    [StringLength(4096, ErrorMessage = "path_prefix has at most 4096 characters.")]
    public string? PathPrefix { get; init; }

    /// <summary>Only files of this type, such as <c>application/pdf</c> or <c>image/*</c>; null: all.</summary>
    [RegularExpression(@"\*|\*/\*|[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/(\*|[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126})", ErrorMessage = "mime_pattern is a type such as application/pdf, or a pattern such as image/*.")]
    public string? MimePattern { get; init; }

    /// <summary><c>none</c>: only the name is searchable; <c>keyword</c>: words of the content; <c>both</c> (default): words and meaning.</summary>
    [RegularExpression(PolicyModes.Pattern, ErrorMessage = "mode must be one of " + PolicyModes.Pattern + ".")]
    public string? Mode { get; init; }

    /// <summary>Whether pages without text are read by OCR; null: as the provider says.</summary>
    public bool? Ocr { get; init; }

    /// <summary>Which provider gives the vectors; null: the default one.</summary>
    public string? ProviderId { get; init; }

    internal PolicyWish ToWish() => new(
        new PolicyRow("", ShareId, PathPrefix?.Normalize(NormalizationForm.FormC), MimePattern, Mode != "none", Mode is null or "both", Ocr, ProviderId),
        Name?.Trim(), Position);

    internal static PolicyBody From(StoredPolicy policy) => new()
    {
        Name = policy.Name,
        ShareId = policy.Rule.ShareId,
        PathPrefix = policy.Rule.PathPrefix,
        MimePattern = policy.Rule.MimePattern,
        Mode = PolicyModes.Of(policy.Rule),
        Ocr = policy.Rule.Ocr,
        ProviderId = policy.Rule.ProviderId,
    };

    /// <summary>This with the members that a change names: a value replaces, null takes away.</summary>
    /// <exception cref="JsonException">A member has the wrong type, or there is no such member.</exception>
    internal PolicyBody With(JsonObject change)
    {
        var given = change.Deserialize<PolicyBody>(ApiJson.Options)!;
        T Pick<T>(string name, T value, T present) => change.ContainsKey(name) ? value : present;
        return new PolicyBody
        {
            Name = Pick("name", given.Name, Name),
            Position = given.Position,
            ShareId = Pick("share_id", given.ShareId, ShareId),
            PathPrefix = Pick("path_prefix", given.PathPrefix, PathPrefix),
            MimePattern = Pick("mime_pattern", given.MimePattern, MimePattern),
            Mode = Pick("mode", given.Mode, Mode),
            Ocr = Pick("ocr", given.Ocr, Ocr),
            ProviderId = Pick("provider_id", given.ProviderId, ProviderId),
        };
    }
}
