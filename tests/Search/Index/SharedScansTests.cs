using System.Collections.Concurrent;
using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Tests.Index;

public sealed class SharedScansTests
{
    private static readonly Ranking Nothing = new([], 0);

    [Fact]
    public async Task Queries_that_come_while_others_are_scanned_go_together()
    {
        using var first = new Gate();
        var scanned = new ConcurrentQueue<string[]>();
        var scans = new SharedScans(atATime: 1, together: 3, queries =>
        {
            if (scanned.IsEmpty)
                first.PassThrough();
            scanned.Enqueue([.. queries.Select(query => query.Request.Search.Query)]);
            AnswerAll(queries);
        });

        var answers = new List<Task<Ranking>> { scans.RunAsync(Query("a")) };
        await first.Reached;
        foreach (var name in new[] { "b", "c", "d", "e" })
            answers.Add(scans.RunAsync(Query(name)));
        first.Open();
        await Task.WhenAll(answers);

        Assert.Equal([["a"], ["b", "c", "d"], ["e"]], scanned);
    }

    [Fact]
    public async Task Queries_of_different_models_are_not_scanned_together()
    {
        using var first = new Gate();
        var scanned = new ConcurrentQueue<string[]>();
        var scans = new SharedScans(atATime: 1, together: 8, queries =>
        {
            if (scanned.IsEmpty)
                first.PassThrough();
            scanned.Enqueue([.. queries.Select(query => query.Model + query.Unit.Length)]);
            AnswerAll(queries);
        });

        var answers = new List<Task<Ranking>> { scans.RunAsync(Query("a")) };
        await first.Reached;
        foreach (var (model, dimensions) in new[] { ("m", 4), ("n", 4), ("m", 8), ("m", 4) })
            answers.Add(scans.RunAsync(Query("b", model, dimensions)));
        first.Open();
        await Task.WhenAll(answers);

        Assert.Equal([["m4"], ["m4", "m4"], ["n4"], ["m8"]], scanned);
    }

    [Fact]
    public async Task A_fault_is_told_to_everyone_who_shared_the_scan_and_to_nobody_else()
    {
        var calls = 0;
        var scans = new SharedScans(atATime: 1, together: 8, queries =>
        {
            if (calls++ == 0)
                throw new InvalidDataException("damaged");
            AnswerAll(queries);
        });

        await Assert.ThrowsAsync<InvalidDataException>(() => scans.RunAsync(Query("a")));
        Assert.Same(Nothing, await scans.RunAsync(Query("b")));
    }

    private static WaitingQuery Query(string name, string model = "m", int dimensions = 4) =>
        new(new(new() { TenantId = "tnt_1", Query = name }, 0, 10), model, new float[dimensions]);

    private static void AnswerAll(IReadOnlyList<WaitingQuery> queries)
    {
        foreach (var query in queries)
            query.Answer.SetResult(Nothing);
    }

    /// <summary>Holds a scan until it is opened.</summary>
    private sealed class Gate : IDisposable
    {
        private readonly TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim opened = new();

        internal Task Reached => reached.Task;

        internal void Open() => opened.Set();

        internal void PassThrough()
        {
            reached.TrySetResult();
            opened.Wait();
        }

        public void Dispose() => opened.Dispose();
    }
}
