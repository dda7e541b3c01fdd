namespace ScaiDrive.Bench.Recovery;

/// <summary>A process that was killed, stopped or cut off, at a time of the database's clock.</summary>
internal sealed record Outage(string Process, DateTime At);

/// <summary>How long the jobs of a lost worker stood still.</summary>
internal static class RestartGaps
{
    /// <summary>Seconds from each outage to the next start of each job whose handler was running then; ascending. A job whose
    /// last commit was on its way and arrived has no next start, and no gap.</summary>
    internal static IReadOnlyList<double> Of(History history, IEnumerable<Outage> outages)
    {
        var starts = history.Starts.Where(start => start.Lease is not null).ToLookup(start => start.Job);
        var byProcess = history.Starts.Where(start => start.Lease is not null).ToLookup(start => start.Process);
        var ended = history.Ended.ToLookup(end => end.Process);
        var gaps = new List<double>();
        foreach (var outage in outages)
        {
            var endings = ended[outage.Process].Where(end => end.At <= outage.At).ToLookup(end => (end.Job, end.Attempt));
            var running = byProcess[outage.Process]
                .Where(start => start.At <= outage.At)
                .GroupBy(start => (start.Job, start.Attempt))
                // A job that was put off keeps its attempt number, so one attempt may have started and ended before.
                .Where(same => same.Count() > endings[same.Key].Count())
                .Select(same => same.MaxBy(start => start.Lease)!);
            gaps.AddRange(running.Select(start => Next(starts[start.Job], start.Lease!.Value, outage.At)).OfType<double>());
        }

        gaps.Sort();
        return gaps;
    }

    /// <summary>As the other, for jobs known by the lease they were held under, whether their handlers had started or not.</summary>
    internal static IReadOnlyList<double> Of(History history, IEnumerable<(long Job, long Lease, DateTime At)> held)
    {
        var starts = history.Starts.Where(start => start.Lease is not null).ToLookup(start => start.Job);
        return [.. held.Select(each => Next(starts[each.Job], each.Lease, each.At)).OfType<double>().Order()];
    }

    /// <summary>The smallest value that at least the given share of the values does not exceed; null when there are none.</summary>
    internal static double? Quantile(IReadOnlyList<double> ascending, double share) =>
        ascending.Count == 0 ? null : Math.Round(ascending[Math.Clamp((int)Math.Ceiling(share * ascending.Count) - 1, 0, ascending.Count - 1)], 2);

    /// <summary>Null too when the job had gone on before: then its handler's end is missing only because it could not be recorded.</summary>
    private static double? Next(IEnumerable<Start> starts, long lease, DateTime at) =>
        starts.Where(start => start.Lease > lease).MinBy(start => start.At) is { } next && next.At > at ? (next.At - at).TotalSeconds : null;
}
