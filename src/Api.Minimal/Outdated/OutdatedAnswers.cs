using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Jobs;
using ScaiDrive.Search.Text;

namespace ScaiDrive.Api.Minimal.Outdated;

/// <summary>What reading the tenant's outdated texts again comes to.</summary>
internal sealed record OutdatedAnswer : Answer
{
    /// <summary>Files whose text newer readers would read differently.</summary>
    public required long Files { get; init; }

    /// <summary>Distinct contents among them; each is read once.</summary>
    public required long Contents { get; init; }

    public required long Pages { get; init; }

    public required long Bytes { get; init; }

    /// <summary>Pages that have to be recognised again, because OCR itself has changed.</summary>
    public required long OcrPages { get; init; }

    /// <summary>What reading and OCR took the last time, one file after the other; divide by the slots that work on it.</summary>
    public required double ExpectedSeconds { get; init; }

    /// <summary>The versions of readers that were overtaken.</summary>
    public required IReadOnlyList<string> PipelineVersions { get; init; }

    /// <summary>By type of content, the longest first.</summary>
    public required IReadOnlyList<OutdatedFormatItem> Formats { get; init; }

    internal static OutdatedAnswer From(RedoEstimate estimate) => new()
    {
        Files = estimate.Formats.Sum(format => format.Files),
        Contents = estimate.Formats.Sum(format => format.Contents),
        Pages = estimate.Formats.Sum(format => format.Pages),
        Bytes = estimate.Formats.Sum(format => format.Bytes),
        OcrPages = estimate.Formats.Sum(format => format.OcrPages),
        ExpectedSeconds = estimate.Formats.Sum(format => format.Duration.TotalSeconds),
        PipelineVersions = estimate.Versions,
        Formats = [.. estimate.Formats.Select(OutdatedFormatItem.From)],
    };
}

/// <summary>The part of one type of content.</summary>
internal sealed record OutdatedFormatItem(string MimeType, long Files, long Contents, long Pages, long Bytes, long OcrPages, double ExpectedSeconds)
{
    internal static OutdatedFormatItem From(OutdatedFormat format) =>
        new(format.MimeType, format.Files, format.Contents, format.Pages, format.Bytes, format.OcrPages, format.Duration.TotalSeconds);
}

/// <summary>The job that lets outdated texts be read again.</summary>
internal sealed record RedoAnswer : Answer
{
    /// <summary>Null when nothing is outdated.</summary>
    public required long? JobId { get; init; }

    /// <summary>False when the job was under way already, or nothing is outdated.</summary>
    public required bool Started { get; init; }

    internal static RedoAnswer From(StartedJob started) => new() { JobId = started.JobId, Started = started.Started };
}
