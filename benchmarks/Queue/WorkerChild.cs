namespace ScaiDrive.Bench.Queue;

/// <summary>The parent's side of a <see cref="TimedWorker"/>.</summary>
internal sealed class WorkerChild(ChildProcess process) : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    internal static WorkerChild Start(TimedWorkerSettings settings, BenchDatabase database) =>
        new(ChildProcess.StartOwn("worker", settings, database));

    /// <summary>Seconds until <see cref="TimedWorkerSettings.Target"/> was reached.</summary>
    internal Task<double> TargetAsync(CancellationToken cancellationToken) => process.ReadAsync<double>(cancellationToken);

    internal Task<int> CountAsync(CancellationToken cancellationToken) => process.AskAsync<int>("count", cancellationToken);

    internal Task<WorkerReport> ReportAsync(CancellationToken cancellationToken) => process.AskAsync<WorkerReport>("report", cancellationToken);

    internal async Task WaitForAsync(int handled, CancellationToken cancellationToken)
    {
        while (await CountAsync(cancellationToken) < handled)
            await Task.Delay(Look, TimeProvider.System, cancellationToken);
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
