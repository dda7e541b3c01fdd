using ScaiDrive.Extraction;
using ScaiDrive.Search.Text;

namespace ScaiDrive.Jobs;

/// <summary>What the version of a stored text says about it; see <see cref="ExtractedDocument.PipelineVersion"/>.</summary>
internal static class PipelineVersions
{
    private static readonly string RecognitionName = ExtractionPool.RecognitionVersion[..(ExtractionPool.RecognitionVersion.LastIndexOf('.') + 1)];

    /// <summary>Whether reading the same bytes again would end the same. A limit or a missing program may be mended, and then
    /// another attempt must read again.</summary>
    internal static bool IsLasting(StoredText text) => text.Status is ReasonCodes.Ok or ReasonCodes.Encrypted or ReasonCodes.Corrupt
        or ReasonCodes.Empty or ReasonCodes.NoText or ReasonCodes.UnsupportedType;

    /// <summary>Whether a file may be served from this text: no attempt of this build would read it better.</summary>
    internal static bool IsUsable(StoredText text) => IsLasting(text) && !ExtractionPool.IsOutdated(text.PipelineVersion);

    /// <summary>Whether pages of the text were recognised by an OCR that has changed since.</summary>
    internal static bool HasOutdatedRecognition(string version) => RecognitionStamp(version) is { } stamp && ExtractionPool.IsOutdated(stamp);

    /// <summary>The version with the present OCR among those that had a hand in it.</summary>
    internal static string WithRecognition(string version) => Join(Readers(version).Append(ExtractionPool.RecognitionVersion));

    /// <summary>The version with the OCR of another one, if it names any.</summary>
    internal static string WithRecognitionOf(string version, string other) =>
        RecognitionStamp(other) is { } stamp ? Join(Readers(version).Append(stamp)) : version;

    /// <summary>Whether the same readers counted the pages, whatever OCR added since.</summary>
    internal static bool CountPagesAlike(string one, string other) => Readers(one).SequenceEqual(Readers(other));

    private static IEnumerable<string> Readers(string version) => version.Split('+').Where(stamp => !IsRecognition(stamp));

    private static string? RecognitionStamp(string version) => version.Split('+').FirstOrDefault(IsRecognition);

    private static bool IsRecognition(string stamp) => stamp.StartsWith(RecognitionName, StringComparison.Ordinal);

    private static string Join(IEnumerable<string> stamps) => string.Join('+', stamps.Order(StringComparer.Ordinal));
}
