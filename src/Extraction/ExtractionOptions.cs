using System.ComponentModel.DataAnnotations;

namespace ScaiDrive.Extraction;

/// <summary>How many children read files, and what each may use.</summary>
public sealed record ExtractionOptions : IValidatableObject
{
    /// <summary>Files read at the same time, one per child process. Default: one per processor.</summary>
    [Range(1, 256)]
    public int Children { get; init; } = Math.Max(1, Environment.ProcessorCount);

    /// <summary>Limits for one file.</summary>
    public ExtractionLimits Limits { get; init; } = new();

    /// <summary>Where private temporary folders are made. Null: a folder below the system's temporary path.</summary>
    public string? TemporaryDirectory { get; init; }

    /// <summary>A child ends after this many files and a fresh one takes its place. Default 500.</summary>
    [Range(1, int.MaxValue)]
    public int RecycleAfterFiles { get; init; } = 500;

    /// <summary>A child that keeps more resident memory than this after a file ends. Default 384 MiB.</summary>
    public long RecycleAboveBytes { get; init; } = 384L << 20;

    /// <summary>Confine children with Landlock and seccomp where the kernel has them. Default true.</summary>
    public bool Confine { get; init; } = true;

    /// <summary>How often a running child's memory, processor time and progress are looked at. Default 100 ms.</summary>
    public TimeSpan SampleInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Extra variables for children: only tests set them.</summary>
    internal IReadOnlyDictionary<string, string> ChildEnvironment { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Limits.MemoryBytes < 128L << 20)
            yield return new($"{nameof(ExtractionLimits.MemoryBytes)} ({Limits.MemoryBytes}) must be at least 134217728: an idle child needs half of that.");
        if (Limits.NoProgress <= TimeSpan.Zero || Limits.WallClock < Limits.NoProgress)
            yield return new($"{nameof(ExtractionLimits.WallClock)} ({Limits.WallClock}) must be at least {nameof(ExtractionLimits.NoProgress)} ({Limits.NoProgress}), and both positive.");
        if (Limits.MinOcrConfidence is not (>= 0 and <= 100))
            yield return new($"{nameof(ExtractionLimits.MinOcrConfidence)} ({Limits.MinOcrConfidence}) must be from 0 to 100.");
        if (SampleInterval <= TimeSpan.Zero)
            yield return new($"{nameof(SampleInterval)} ({SampleInterval}) must be positive.");
    }
}

/// <summary>What reading one file may cost. Recognition gets <see cref="PageTime"/> more for every page asked for.</summary>
public sealed record ExtractionLimits
{
    /// <summary>From the last byte received to the result. Default 10 minutes.</summary>
    public TimeSpan WallClock { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest time without a sign of progress. Default 90 seconds.</summary>
    public TimeSpan NoProgress { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Processor time of the child and its tools together. Default 5 minutes.</summary>
    public TimeSpan CpuTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest time for one page of OCR; a page that takes longer is skipped and named. Default 60 seconds.</summary>
    public TimeSpan PageTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Pages recognised with a lower mean confidence (0 to 100) are left out and named. Default 0: all are kept.</summary>
    public double MinOcrConfidence { get; init; }

    /// <summary>Resident memory of the child and its tools together. Default 1 GiB.</summary>
    public long MemoryBytes { get; init; } = 1L << 30;

    /// <summary>Largest file. Default 4 GiB.</summary>
    public long MaxContentBytes { get; init; } = 4L << 30;

    /// <summary>Pages read; the rest is left out and the result marked as truncated. Default 20,000.</summary>
    public int MaxPages { get; init; } = 20_000;

    /// <summary>UTF-8 bytes of text read; the rest is left out and the result marked as truncated. Default 8 MiB,
    /// about 4,000 pages: the text of several files is in the worker's memory at a time.</summary>
    public long MaxTextBytes { get; init; } = 8L << 20;

    /// <summary>Unpacked bytes read from one file. Default 4 GiB.</summary>
    public long MaxExpandedBytes { get; init; } = 4L << 30;

    /// <summary>Unpacked over packed bytes, judged from 64 MiB unpacked on. Default 200.</summary>
    public double MaxExpansion { get; init; } = 200;

    /// <summary>Archives, mails and documents inside each other. Default 6.</summary>
    public int MaxDepth { get; init; } = 6;

    /// <summary>Members and attachments read from one file, at all depths; the rest is left out and the result marked as truncated. Default 10,000.</summary>
    public int MaxParts { get; init; } = 10_000;

    /// <summary>Elements inside each other in markup. Default 1,000.</summary>
    public int MaxNesting { get; init; } = 1000;
}
