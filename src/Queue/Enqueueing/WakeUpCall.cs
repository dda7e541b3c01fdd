using Microsoft.Extensions.Logging;
using ScaiDrive.Store;

namespace ScaiDrive.Queue.Enqueueing;

/// <summary>Wakes idle workers once jobs are really there: a few milliseconds after the transaction that added them
/// committed, and once for all jobs of those milliseconds.</summary>
/// <remarks>A <c>NOTIFY</c> inside the producer's transaction would take the server's one notification lock until its
/// commit is on disk, which makes all producers commit one after the other. What is lost with this process, the
/// workers' poll finds.</remarks>
internal sealed class WakeUpCall(Database dataSource, TimeProvider time, ILogger log) : IDisposable
{
    /// <summary>The first look after a quiet time comes soon: most producers commit at once.</summary>
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(1);

    /// <summary>Between two looks while producers keep coming, so that they share one notification.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    private readonly Lock gate = new();
    private readonly HashSet<(string Transaction, int Lane)> pending = [];
    private readonly CancellationTokenSource stop = new();
    private bool active;
    private bool fresh;

    /// <summary>Remembers that a transaction, still open, added jobs to a lane.</summary>
    internal void Expect(string transaction, int[] lanes)
    {
        lock (gate)
        {
            foreach (var lane in lanes)
                fresh |= pending.Add((transaction, lane));
            if (!fresh)
                return;
            if (active || stop.IsCancellationRequested)
                return;
            active = true;
        }

        // For the transactions of all producers, long after the request that came first.
        using (TenantWall.Outside())
            _ = Task.Run(RunAsync);
    }

    public void Dispose() => stop.Cancel();

    private async Task RunAsync()
    {
        var pause = First;
        while (true)
        {
            try
            {
                await Task.Delay(pause, time, stop.Token);
                (string Transaction, int Lane)[] asked;
                lock (gate)
                {
                    pause = fresh ? Shortest : TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, Longest.Ticks));
                    fresh = false;
                    asked = [.. pending];
                }

                var ended = await AnnounceAsync(asked, stop.Token);
                lock (gate)
                {
                    pending.ExceptWith(ended);
                    if (pending.Count > 0)
                        continue;
                    active = false;
                    return;
                }
            }
            catch (Exception fault)
            {
                // The workers poll anyway, so nothing is kept that a broken connection could pile up.
                if (fault is not (OperationCanceledException or ObjectDisposedException))
                    log.LogDebug(fault, "Workers were not woken; they will find the jobs by polling");
                lock (gate)
                {
                    pending.Clear();
                    active = false;
                }

                return;
            }
        }
    }

    private async Task<List<(string Transaction, int Lane)>> AnnounceAsync(
        (string Transaction, int Lane)[] asked, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(EnqueueSql.Announce);
        command.CommandTimeout = 5;
        command.Parameters.Add(new() { Value = Array.ConvertAll(asked, each => each.Transaction) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(asked, each => each.Lane) });
        var ended = new List<(string, int)>(asked.Length);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
            ended.Add(asked[rows.GetInt64(0) - 1]);
        return ended;
    }
}
