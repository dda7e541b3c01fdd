using ScaiDrive.Bench.Queue;
using ScaiDrive.Search.Index.Local;

namespace ScaiDrive.Bench.Vector;

/// <summary>What a query costs that goes over the records together with others, beside one that goes alone.</summary>
internal static class SharedScan
{
    /// <summary>Processor time a query, alone and together; medians of rounds that take turns.</summary>
    internal static (double AloneMs, double TogetherMs) Measure(VectorSegment segment, float[][] queries, int together, int rounds)
    {
        var allowed = Enumerable.Repeat(true, segment.FileOf.Max() + 1).ToArray();
        allowed[0] = false;
        var (alone, shared) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var batch = Enumerable.Range(0, together).Select(i => queries[(round * together + i) % queries.Length]).ToArray();
            alone.Add(Time(() =>
            {
                foreach (var query in batch)
                    Scan(segment, [query], allowed);
            }));
            shared.Add(Time(() => Scan(segment, batch, allowed)));
        }

        return (Statistics.Median(alone) / together, Statistics.Median(shared) / together);
    }

    private static double Time(Action scan)
    {
        var began = ThreadClock.Now();
        scan();
        return (ThreadClock.Now() - began).TotalMilliseconds;
    }

    private static void Scan(VectorSegment segment, float[][] queries, bool[] allowed)
    {
        ScanQuery[] scans = [.. queries.Select(query => new BestOfFiles(query, allowed))];
        SegmentScan.Run(segment, scans);
        foreach (var scan in scans)
            ((BestOfFiles)scan).Dispose();
    }
}
