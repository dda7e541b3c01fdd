using System.Collections.Concurrent;
using ScaiDrive.Search.Embedding.Local;

namespace ScaiDrive.Search.Tests.Embedding;

public sealed class EncodingThreadsTests
{
    private readonly ConcurrentQueue<string> _done = new();

    [Fact]
    public async Task A_query_waits_for_no_long_work_and_long_works_take_turns()
    {
        using var threads = new EncodingThreads(1);
        using var gate = new SemaphoreSlim(0);
        using var started = new SemaphoreSlim(0);
        var first = threads.RunAsync(new Parts(this, "a", 3, isShort: false, gate, started), Stop);
        await started.WaitAsync(Stop);
        var second = threads.RunAsync(new Parts(this, "b", 3, isShort: false), Stop);
        await threads.RunAsync(new Parts(this, "query", 1, isShort: true), Stop);
        gate.Release();
        await Task.WhenAll(first, second);
        Assert.Equal(["query1", "a1", "a2", "b1", "a3", "b2", "b3"], _done);
    }

    [Fact]
    public async Task Of_all_that_waits_queries_go_first()
    {
        using var threads = new EncodingThreads(1);
        using var gate = new SemaphoreSlim(0);
        using var started = new SemaphoreSlim(0);
        var running = new List<Task>();
        foreach (var isShort in (bool[])[false, true])
        {
            running.Add(threads.RunAsync(new Parts(this, "a", 1, isShort, gate, started), Stop));
            await started.WaitAsync(Stop);
        }

        var bulk = threads.RunAsync(new Parts(this, "b", 2, isShort: false), Stop);
        var query = threads.RunAsync(new Parts(this, "query", 1, isShort: true, null, started), Stop);
        gate.Release(1);
        await query;
        gate.Release(1);
        await Task.WhenAll([bulk, .. running]);
        Assert.Equal(["a1", "query1"], _done.Take(2));
    }

    [Fact]
    public async Task Parts_of_one_work_run_at_the_same_time()
    {
        using var threads = new EncodingThreads(3);
        using var gate = new SemaphoreSlim(0);
        using var started = new SemaphoreSlim(0);
        var work = threads.RunAsync(new Parts(this, "a", 5, isShort: false, gate, started), Stop);
        for (var i = 0; i < 3; i++)
            await started.WaitAsync(Stop);
        Assert.False(work.IsCompleted);
        gate.Release(5);
        await work;
        Assert.Equal(["a1", "a2", "a3", "a4", "a5"], _done.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_part_that_fails_fails_its_work_and_no_other()
    {
        using var threads = new EncodingThreads(1);
        await Assert.ThrowsAsync<FormatException>(() => threads.RunAsync(new Parts(this, "a", 2, isShort: false) { Fails = true }, Stop));
        await threads.RunAsync(new Parts(this, "b", 1, isShort: false), Stop);
        Assert.Equal(["b1"], _done);
    }

    [Fact]
    public async Task Cancelled_work_ends_at_once_and_its_other_parts_do_not_run()
    {
        using var threads = new EncodingThreads(1);
        using var gate = new SemaphoreSlim(0);
        using var started = new SemaphoreSlim(0);
        using var stop = new CancellationTokenSource();
        var work = threads.RunAsync(new Parts(this, "a", 3, isShort: false, gate, started), stop.Token);
        await started.WaitAsync(Stop);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);
        gate.Release();
        await threads.RunAsync(new Parts(this, "b", 1, isShort: false), Stop);
        Assert.Equal(["a1", "b1"], _done);
    }

    [Fact]
    public async Task Work_that_waits_when_the_threads_are_closed_is_refused()
    {
        var threads = new EncodingThreads(1);
        using var gate = new SemaphoreSlim(0);
        using var started = new SemaphoreSlim(0);
        var running = threads.RunAsync(new Parts(this, "a", 1, isShort: false, gate, started), Stop);
        await started.WaitAsync(Stop);
        var waiting = threads.RunAsync(new Parts(this, "b", 1, isShort: false), Stop);
        threads.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => threads.RunAsync(new Parts(this, "c", 1, isShort: true), Stop));
        gate.Release();
        await running;
        Assert.Equal(["a1"], _done);
    }

    private static CancellationToken Stop => CancellationToken.None;

    private sealed class Parts(
        EncodingThreadsTests test, string name, int count, bool isShort, SemaphoreSlim? gate = null, SemaphoreSlim? started = null) : IEncodingWork
    {
        private int _taken;

        public bool IsShort => isShort;

        public bool Fails { get; init; }

        public Action Take(out bool isLast)
        {
            var part = ++_taken;
            isLast = part == count;
            return () =>
            {
                Assert.False(Thread.CurrentThread.IsThreadPoolThread);
                if (Fails)
                    throw new FormatException();
                started?.Release();
                if (count > 3 || part == 1)
                    gate?.Wait();
                test._done.Enqueue($"{name}{part}");
            };
        }
    }
}
