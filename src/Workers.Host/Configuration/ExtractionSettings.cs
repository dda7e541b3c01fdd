using ScaiDrive.Extraction;

namespace ScaiDrive.Workers.Host.Configuration;

/// <summary>The variables <c>SCAIDRIVE_EXTRACTION_*</c> and <c>SCAIDRIVE_OCR_MIN_CONFIDENCE</c>: what reading one file may cost. <c>docs/operations.md</c> lists them.</summary>
internal static class ExtractionSettings
{
    private const int MaxMegabytes = 1 << 20, MaxSeconds = 24 * 3600;

    /// <summary>Reads a whole number by the rest of its name: its default, the least and the most allowed.</summary>
    internal delegate int NumberReader(string name, int otherwise, int least, int most);

    internal static ExtractionOptions Read(NumberReader number)
    {
        var (options, limits) = (new ExtractionOptions(), new ExtractionLimits());
        var noProgress = Seconds("NO_PROGRESS_SECONDS", limits.NoProgress);
        return options with
        {
            Children = Number("CHILDREN", Math.Clamp(options.Children, 1, 64), 1, 64),
            RecycleAfterFiles = Number("RECYCLE_FILES", options.RecycleAfterFiles, 1, int.MaxValue),
            RecycleAboveBytes = Megabytes("RECYCLE_MB", options.RecycleAboveBytes, 64),
            Confine = Number("CONFINE", options.Confine ? 1 : 0, 0, 1) == 1,
            Limits = limits with
            {
                NoProgress = noProgress,
                // A total shorter than the time without progress would never let the latter tell what happened.
                WallClock = Seconds("TOTAL_SECONDS", Longer(limits.WallClock, noProgress), (int)noProgress.TotalSeconds),
                CpuTime = Seconds("CPU_SECONDS", limits.CpuTime),
                PageTime = Seconds("PAGE_SECONDS", limits.PageTime),
                MemoryBytes = Megabytes("MEMORY_MB", limits.MemoryBytes, 128),
                MaxContentBytes = Megabytes("MAX_FILE_MB", limits.MaxContentBytes, 1),
                MaxTextBytes = Megabytes("MAX_TEXT_MB", limits.MaxTextBytes, 1),
                MaxExpandedBytes = Megabytes("MAX_UNPACKED_MB", limits.MaxExpandedBytes, 64),
                MaxTemporaryBytes = Megabytes("MAX_TEMPORARY_MB", limits.MaxTemporaryBytes, 64),
                MaxExpansion = Number("MAX_RATIO", (int)limits.MaxExpansion, 2, 1_000_000),
                MaxPages = Number("MAX_PAGES", limits.MaxPages, 1, 10_000_000),
                MaxParts = Number("MAX_PARTS", limits.MaxParts, 1, 10_000_000),
                MaxDepth = Number("MAX_DEPTH", limits.MaxDepth, 0, 100),
                MinOcrConfidence = number("OCR_MIN_CONFIDENCE", (int)limits.MinOcrConfidence, 0, 100),
                MaxNesting = Number("MAX_NESTING", limits.MaxNesting, 10, 100_000),
            },
        };

        int Number(string name, int otherwise, int least, int most) => number($"EXTRACTION_{name}", otherwise, least, most);
        long Megabytes(string name, long otherwise, int least) => (long)Number(name, (int)(otherwise >> 20), least, MaxMegabytes) << 20;
        TimeSpan Seconds(string name, TimeSpan otherwise, int least = 1) => TimeSpan.FromSeconds(Number(name, (int)otherwise.TotalSeconds, least, MaxSeconds));
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
