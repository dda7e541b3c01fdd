namespace ScaiDrive.Jobs;

/// <summary>What the operator may set about the jobs.</summary>
public sealed record JobsOptions
{
    /// <summary>Languages to try in OCR, as Tesseract names them. Default English.</summary>
    public IReadOnlyList<string> OcrLanguages { get; init; } = ["eng"];

    /// <summary>How often content that no version references is collected. Default one hour.</summary>
    public TimeSpan CollectEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often files that wait are checked for somebody who works on them. Default five minutes.</summary>
    public TimeSpan CheckWaitingEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a tenant's index is compared with its drive. Default one day.</summary>
    public TimeSpan CheckIndexEvery { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How often every embedding provider is asked whether it works. Default five minutes.</summary>
    public TimeSpan CheckProvidersEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often the watches of connectors are brought in line with the connectors there are. Default five seconds.</summary>
    public TimeSpan LookForWatchedEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long changes that a source tells of are gathered before a run is asked for. Default one second.</summary>
    public TimeSpan GatherHintsFor { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a watch looks for what a run left to another one. Default five seconds.</summary>
    public TimeSpan LookForHintsEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a watch must stand before it counts as one: what happened before it is then looked for. Default three seconds.</summary>
    public TimeSpan WatchStandsAfter { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long to wait before a watch that ended is begun anew; twice as long each time it did not last, up to ten minutes. Default five
    /// seconds.</summary>
    public TimeSpan WatchAgainAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a watch must have lived to be begun anew as soon as the first time. Default one minute.</summary>
    public TimeSpan WatchLastsFor { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How old unreferenced content must be before it goes. Default one hour: longer than any upload in flight.</summary>
    public TimeSpan CollectOlderThan { get; init; } = TimeSpan.FromHours(1);
}
