using ScaiDrive.Connectors;
using ScaiDrive.Drive;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Queue;
using ScaiDrive.Store;

namespace ScaiDrive.Jobs;

/// <summary>What somebody asks of a run.</summary>
public sealed record RunWish
{
    /// <summary>It shows what a run would do, and does nothing.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Only where the source told of changes since the last run; otherwise all of it.</summary>
    public bool OnlyHints { get; init; }

    /// <summary>Deletions that are allowed without asking again; null leaves it to the rules of the connector.</summary>
    public long? AllowedDeletes { get; init; }
}

/// <summary>Starts runs of connectors.</summary>
public sealed class ConnectorRuns(Database dataSource, JobQueue queue, QueueReader jobs, AuditLog audit)
{
    /// <summary>What asks for a run because a person did.</summary>
    public const string Manual = "manual";

    /// <summary>What asks for a run because its time has come.</summary>
    public const string Scheduled = "schedule";

    /// <summary>What asks for a run because the source told of a change.</summary>
    public const string Change = "change";

    // A source that is away is tried again by the schedule, so the job itself need not wait for hours.
    private const int Attempts = 4;

    /// <summary>Enqueues a run unless one of this connector is unfinished.</summary>
    /// <param name="connector">Which.</param>
    /// <param name="trigger">Who asked: <c>schedule</c>, <c>manual</c> or <c>up</c>.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <returns>The number of the job, or null when a run is unfinished already.</returns>
    public async Task<long?> StartAsync(Connector connector, string trigger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connector);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var job = await queue.EnqueueAsync(transaction, new SyncConnector(connector.Id, trigger), Options(connector), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return job;
    }

    /// <summary>Enqueues a run that a person asked for. One that only waits, for the end of quiet hours or to try again, makes way.</summary>
    /// <returns>The number of the job, or null when a run goes on, or is about to.</returns>
    public async Task<long?> StartAsync(Caller caller, Connector connector, RunWish wish, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(connector);
        ArgumentNullException.ThrowIfNull(wish);
        var waits = await WaitsAsync(connector, cancellationToken);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (waits)
        {
            // Should it begin in this moment, it ends at its next batch, and the new job goes on with the same run.
            await queue.CancelBySubjectsAsync(
                transaction, connector.TenantId, [connector.Id], [SyncConnector.Kind], "superseded", "Somebody asked for a run at once.", null, cancellationToken);
        }

        var args = new SyncConnector(connector.Id, Manual) { DryRun = wish.IsDryRun, OnlyHints = wish.OnlyHints, AllowedDeletes = wish.AllowedDeletes };
        var job = await queue.EnqueueAsync(transaction, args, Options(connector), cancellationToken);
        if (job is not null && wish.AllowedDeletes is { } allowed)
        {
            await audit.AddAsync(
                transaction, ConnectorAudit.Event(caller, connector.Id, "deletes_confirmed", new { connector.Name, allowed, job_id = job }), cancellationToken);
        }

        if (job is null)
            return null;
        await transaction.CommitAsync(cancellationToken);
        return job;
    }

    /// <summary>Enqueues a run over what the source told of, unless one is unfinished.</summary>
    /// <param name="connector">Which.</param>
    /// <param name="isSmall">Whether it was told of some directories, not of everything.</param>
    /// <param name="isFullDue">Whether it looks at everything all the same.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <returns>The number of the job, or null when a run is unfinished already.</returns>
    internal async Task<long?> StartHintedAsync(Connector connector, bool isSmall, bool isFullDue, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Somebody saved a file and looks for it: behind an import it would be found hours later. What is looked at is small, and
        // connectors share high by weight like everybody there. A look at everything is an import and stands in line with them.
        var options = Options(connector) with { Queue = isSmall && !isFullDue ? QueueNames.High : QueueNames.Low };
        var job = await queue.EnqueueAsync(transaction, new SyncConnector(connector.Id, Change) { OnlyHints = !isFullDue }, options, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return job;
    }

    /// <summary>The unfinished job of a connector, if there is one.</summary>
    public async Task<JobRow?> FindUnfinishedAsync(Connector connector, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connector);
        foreach (var state in (string[])[JobStates.Running, JobStates.Available, JobStates.Scheduled, JobStates.Retryable])
        {
            var page = await jobs.ListAsync(
                new JobFilter { TenantId = connector.TenantId, SubjectId = connector.Id, Kind = SyncConnector.Kind, State = state, Limit = 1 }, cancellationToken);
            if (page.Jobs is [var job, ..])
                return job;
        }

        return null;
    }

    /// <summary>How every run of a connector is enqueued, whoever asks for it. One unique key for all of them, so that no two are unfinished.</summary>
    internal static JobOptions Options(Connector connector) => new()
    {
        TenantId = connector.TenantId,
        Queue = QueueNames.Low,
        Connector = connector.Id,
        SubjectId = connector.Id,
        UniqueKey = $"{SyncConnector.Kind}:{connector.Id}",
        MaxAttempts = Attempts,
    };

    private async Task<bool> WaitsAsync(Connector connector, CancellationToken cancellationToken) =>
        await FindUnfinishedAsync(connector, cancellationToken) is { State: JobStates.Scheduled or JobStates.Retryable };
}
