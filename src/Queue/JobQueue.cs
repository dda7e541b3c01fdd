using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Queue.Enqueueing;

namespace ScaiDrive.Queue;

/// <summary>Adds jobs inside the caller's transaction: a job exists if and only if that transaction commits.</summary>
/// <remarks>Thread-safe; one per process.</remarks>
public sealed class JobQueue(NpgsqlDataSource dataSource, TimeProvider time, ILogger<JobQueue> log) : IDisposable
{
    /// <summary>Rows of one insert; larger calls are cut into several within the same transaction.</summary>
    private const int BatchSize = 5000;

    private const int KeyLength = 500;

    private readonly WakeUpCall wakeUp = new(dataSource, time, log);

    /// <summary>Adds one job.</summary>
    /// <param name="tx">The caller's transaction.</param>
    /// <param name="args">Stored as JSON with snake_case names.</param>
    /// <param name="options">Tenant, queue and the rest.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The job's number, or null when an equal unique job is not finished yet. While another open transaction
    /// holds the same unique key, this waits for it.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public async Task<long?> EnqueueAsync<T>(NpgsqlTransaction tx, T args, JobOptions options, CancellationToken cancellationToken)
        where T : IJobArgs
    {
        var (_, first) = await InsertAsync(tx, T.Kind, [(args, options)], 0, 1, cancellationToken);
        return first;
    }

    /// <summary>Adds many jobs of one kind with few statements. Their order is kept.</summary>
    /// <returns>How many were added; the others had an equal unique job, in the queue or earlier in the list.</returns>
    /// <exception cref="ArgumentException">An option is out of its range; nothing was added.</exception>
    public async Task<int> EnqueueManyAsync<T>(
        NpgsqlTransaction tx, IReadOnlyList<(T Args, JobOptions Options)> jobs, CancellationToken cancellationToken)
        where T : IJobArgs
    {
        foreach (var (_, options) in jobs)
            Check(options);
        var added = 0;
        for (var from = 0; from < jobs.Count; from += BatchSize)
            added += (await InsertAsync(tx, T.Kind, jobs, from, Math.Min(BatchSize, jobs.Count - from), cancellationToken)).Added;
        return added;
    }

    /// <summary>Cancels the unfinished jobs of some kinds about some subjects: waiting ones with this commit, running ones
    /// by cancelling their handlers, which commit nothing any more.</summary>
    /// <param name="tx">The caller's transaction.</param>
    /// <param name="tenantId">Whose jobs.</param>
    /// <param name="subjectIds">As in <see cref="JobOptions.SubjectId"/>.</param>
    /// <param name="kinds">As in <see cref="IJobArgs.Kind"/>.</param>
    /// <param name="code">Becomes their error code, such as <c>superseded</c>.</param>
    /// <param name="reason">For a person.</param>
    /// <param name="exceptJobId">A job to leave alone: the caller's own.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many jobs were ended or asked to end.</returns>
    [SuppressMessage("Performance", "CA1822", Justification = "Part of what a producer is given, beside enqueueing.")]
    public async Task<int> CancelBySubjectsAsync(
        NpgsqlTransaction tx, string tenantId, IReadOnlyCollection<string> subjectIds, IReadOnlyCollection<string> kinds, string code, string reason,
        long? exceptJobId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(EnqueueSql.CancelBySubjects, tx.Connection, tx);
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = subjectIds.ToArray() });
        command.Parameters.Add(new() { Value = kinds.ToArray() });
        command.Parameters.Add(new() { Value = TextColumn.Fit(code, TextColumn.CodeLength) });
        command.Parameters.Add(new() { Value = TextColumn.Fit(reason, TextColumn.MessageLength) });
        command.Parameters.Add(new() { Value = (object?)exceptJobId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        return (int)(long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <inheritdoc />
    public void Dispose() => wakeUp.Dispose();

    private async Task<(int Added, long? First)> InsertAsync<T>(
        NpgsqlTransaction tx, string kind, IReadOnlyList<(T Args, JobOptions Options)> jobs, int from, int count,
        CancellationToken cancellationToken)
        where T : IJobArgs
    {
        var (tenants, queues, args) = (new string[count], new string[count], new string[count]);
        var (connectors, uniqueKeys, subjects) = (new string?[count], new string?[count], new string?[count]);
        var (runAt, maxAttempts) = (new DateTime?[count], new int[count]);
        for (var i = 0; i < count; i++)
        {
            var (each, options) = jobs[from + i];
            Check(options);
            (tenants[i], queues[i], args[i]) = (options.TenantId, options.Queue, JsonSerializer.Serialize(each, JobJson.Options));
            (connectors[i], uniqueKeys[i], subjects[i]) = (options.Connector, options.UniqueKey, options.SubjectId);
            (runAt[i], maxAttempts[i]) = (options.RunAt?.UtcDateTime, options.MaxAttempts);
        }

        await using var command = new NpgsqlCommand(EnqueueSql.Enqueue, tx.Connection, tx);
        command.Parameters.Add(new() { Value = kind });
        command.Parameters.Add(new() { Value = tenants });
        command.Parameters.Add(new() { Value = queues });
        command.Parameters.Add(new() { Value = args });
        command.Parameters.Add(new() { Value = connectors });
        command.Parameters.Add(new() { Value = uniqueKeys });
        command.Parameters.Add(new() { Value = subjects });
        command.Parameters.Add(new() { Value = runAt, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = maxAttempts });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        var added = (int)rows.GetInt64(0);
        if (added > 0)
        {
            foreach (var queue in queues.Distinct())
                wakeUp.Expect(rows.GetString(2), queue);
        }

        return (added, added > 0 ? rows.GetInt64(1) : null);
    }

    private static void Check(JobOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(options.TenantId);
        if (options.Queue is not (QueueNames.High or QueueNames.Low))
            throw new ArgumentException($"There is no queue '{options.Queue}'; it is '{QueueNames.High}' or '{QueueNames.Low}'.", nameof(options));
        if (options.MaxAttempts is < 1 or > 1000)
            throw new ArgumentException($"{nameof(JobOptions.MaxAttempts)} is {options.MaxAttempts}; it must be 1 to 1000.", nameof(options));
        if (options.UniqueKey is { Length: 0 or > KeyLength })
            throw new ArgumentException($"{nameof(JobOptions.UniqueKey)} must have 1 to {KeyLength} characters.", nameof(options));
        if (options.SubjectId is { Length: 0 or > KeyLength })
            throw new ArgumentException($"{nameof(JobOptions.SubjectId)} must have 1 to {KeyLength} characters.", nameof(options));
    }
}
