using ScaiDrive.Bench.Hostile;
using ScaiDrive.Extraction;
using Xunit.Abstractions;

namespace ScaiDrive.Faults.Tests;

/// <summary>The short form of <c>./bench hostile</c>: the same files and the same judgement, fewer of them.</summary>
public sealed class HostileTests(ITestOutputHelper output)
{
    private const int Files = 500;

    [Fact]
    public async Task Damaged_documents_and_bombs_bring_nothing_down_and_end_with_a_reason()
    {
        var mutator = new Mutator(OriginalDocuments.Load(), seed: 7);
        IReadOnlyList<HostileFile> bombs = [.. Bombs.Quick()];

        var result = await HostileRun.RunAsync(Enumerable.Range(1, Files - bombs.Count).Select(mutator.Create).Concat(bombs), Environment.ProcessorCount, _ => { }, CancellationToken.None);

        output.WriteLine($"worker {result.WorkerPeakBytes >> 20} MiB, children {result.ChildPeakBytes >> 20} MiB at most");
        Assert.Equal(Files, result.Ends.Count);
        Assert.DoesNotContain(result.Ends, end => end.Status == HostileRun.Thrown);
        Assert.DoesNotContain(result.Ends, end => !end.IsExplained);
        Assert.DoesNotContain(result.Ends, end => end.Status == ReasonCodes.ExtractorCrashed);
        Assert.Empty(result.Hangs);
        Assert.Empty(result.Leaks);
    }
}
