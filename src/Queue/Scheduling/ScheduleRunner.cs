using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ScaiDrive.Queue.Running;
using ScaiDrive.Queue.Scheduling;
using ScaiDrive.Store;

namespace ScaiDrive.Queue;

/// <summary>Fires schedules when their time comes, in every worker; of several, one fires each time.</summary>
/// <remarks>The database says how long it is until the next fire; this process's clock only measures that pause. A notification tells of
/// changed schedules, and a look every few seconds finds what a lost one would have told.</remarks>
public sealed partial class ScheduleRunner : BackgroundService
{
    private const string Channel = "queue_schedule";

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(15);

    /// <summary>How soon to look again at what another worker is firing; it may die over it.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);

    private readonly DueSchedules due;
    private readonly NotificationListener listener;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Signal changed;

    internal ScheduleRunner(Database dataSource, JobQueue queue, NotificationListener listener, TimeProvider time, ILogger<ScheduleRunner> log)
    {
        (this.listener, this.time, this.log) = (listener, time, log);
        due = new DueSchedules(dataSource, queue, log);
        changed = new Signal(time);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken) =>
        await Task.WhenAll(Task.Run(() => ListenAsync(stoppingToken), CancellationToken.None), Task.Run(() => FireAsync(stoppingToken), CancellationToken.None));

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var _ in listener.ListenAsync(Channel, LookEvery, cancellationToken))
                changed.Set();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task FireAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (await due.FireAsync(cancellationToken) == 0)
                    await changed.WaitAsync(await PauseAsync(cancellationToken), cancellationToken);
                failures = 0;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                // A loop that ended quietly would leave schedules that look alive and never fire.
                if (failures == 0)
                    LogFault(fault);
                await Task.Delay(Backoff.After(failures++), time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<TimeSpan> PauseAsync(CancellationToken cancellationToken)
    {
        var (isOverdue, untilNext) = await due.LookAheadAsync(cancellationToken);
        var longest = isOverdue ? LookAgain : LookEvery;
        // A timer may end a fraction of a millisecond early, and would find nothing.
        return untilNext is { } pause && pause < longest ? pause + TimeSpan.FromMilliseconds(1) : longest;
    }

    [LoggerMessage(LogLevel.Warning, "Cannot look after the schedules; trying again")]
    private partial void LogFault(Exception fault);
}
