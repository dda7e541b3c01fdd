using System.ComponentModel.DataAnnotations;

namespace ScaiDrive.Queue;

/// <summary>How one worker process takes jobs.</summary>
public sealed record QueueOptions : IValidatableObject
{
    /// <summary>Jobs run at the same time in this process, both queues together. Default 8, 2 to 256.</summary>
    [Range(2, 256)]
    public int Slots { get; init; } = 8;

    /// <summary>Slots that <c>low</c> gets before <c>high</c> while it has jobs waiting. Default a quarter of
    /// <see cref="Slots"/>, at least 1.</summary>
    [Range(1, 255)]
    public int LowFloor { get => field > 0 ? field : Math.Max(1, Slots / 4); init; }

    /// <summary>Slots that <c>low</c> never takes, so that long imports leave room for somebody who waits. Default 1;
    /// 0 lets <c>low</c> fill the worker.</summary>
    [Range(0, 255)]
    public int HighReserve { get; init; } = 1;

    /// <summary>How long a worker's claims hold without its heartbeat. Default 12 seconds, at least 3 heartbeats.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>Time between heartbeats. Lost workers are looked for three times as often. Default 3 seconds.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a stopping worker lets its jobs finish before it cancels them and hands them back. Default 20 seconds.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Time between two looks at the queue when no wake-up comes. Default 1 second.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Wait before the second attempt; doubles with each further one. Default 2 seconds.</summary>
    public TimeSpan RetryBase { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait between attempts. Default 1 hour.</summary>
    public TimeSpan RetryLimit { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long completed and cancelled jobs are kept. Default 7 days.</summary>
    public TimeSpan KeepFinished { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How many completed and cancelled jobs are kept at most, whatever their age. Default 200,000.</summary>
    [Range(0, 100_000_000)]
    public int KeepFinishedCount { get; init; } = 200_000;

    /// <summary>How long discarded jobs wait for an operator. Default 30 days.</summary>
    public TimeSpan KeepDiscarded { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Finished jobs deleted in one step. Default 1000.</summary>
    [Range(1, 100_000)]
    public int PruneStep { get; init; } = 1000;

    /// <summary>Shown as the worker of a job, with a random part added. Default machine name and process id.</summary>
    [StringLength(200)]
    public string WorkerName { get; init; } = $"{Environment.MachineName}-{Environment.ProcessId}";

    /// <summary>Ten years; more would leave the range of a time in the database.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // Two heartbeats may be lost to a slow database before a live worker loses its jobs.
        if (Lease < 3 * Heartbeat)
            yield return new($"{nameof(Lease)} ({Lease}) must be at least three heartbeats ({Heartbeat}).", [nameof(Lease)]);
        if (LowFloor + HighReserve > Slots)
            yield return new($"{nameof(LowFloor)} ({LowFloor}) and {nameof(HighReserve)} ({HighReserve}) must fit into {nameof(Slots)} ({Slots}).", [nameof(LowFloor)]);
        (string Name, TimeSpan Value)[] positive =
        [
            (nameof(Heartbeat), Heartbeat), (nameof(PollInterval), PollInterval), (nameof(RetryBase), RetryBase),
            (nameof(Lease), Lease), (nameof(RetryLimit), RetryLimit), (nameof(KeepFinished), KeepFinished), (nameof(KeepDiscarded), KeepDiscarded),
        ];
        foreach (var (name, value) in positive)
        {
            if (value <= TimeSpan.Zero || value > Longest)
                yield return new($"{name} ({value}) must be positive and at most {Longest.Days} days.", [name]);
        }

        if (PollInterval > TimeSpan.FromDays(1))
            yield return new($"{nameof(PollInterval)} ({PollInterval}) must not be longer than a day.", [nameof(PollInterval)]);
        if (DrainTimeout < TimeSpan.Zero || DrainTimeout > TimeSpan.FromDays(1))
            yield return new($"{nameof(DrainTimeout)} ({DrainTimeout}) must be between zero and a day.", [nameof(DrainTimeout)]);
        if (RetryLimit < RetryBase)
            yield return new($"{nameof(RetryLimit)} ({RetryLimit}) must not be shorter than {nameof(RetryBase)} ({RetryBase}).", [nameof(RetryLimit)]);
    }
}
