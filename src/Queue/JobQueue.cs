using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Queue.Enqueueing;
using ScaiDrive.Store;

namespace ScaiDrive.Queue;

/// <summary>Adds jobs inside the caller's transaction: a job exists if and only if that transaction commits.</summary>
/// <remarks>Thread-safe; one per process.</remarks>
public sealed class JobQueue(Database dataSource, TimeProvider time, ILogger<JobQueue> log) : IDisposable
{
    /// <summary>Rows of one insert; larger calls are cut into several within the same transaction.</summary>
    private const int BatchSize = 5000;

    private const int KeyLength = 500;

    /// <summary>How long a producer waits for a connection to make a lane apart from its transaction.</summary>
    private static readonly TimeSpan LanePatience = TimeSpan.FromSeconds(2);

    private const int MostKnownLanes = 100_000;

    private readonly WakeUpCall wakeUp = new(dataSource, time, log);
    private readonly ConcurrentDictionary<(string, string, string, string?, string?), bool> knownLanes = new();

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
        var (_, first) = await InsertAsync(tx, T.Kind, [(JsonSerializer.Serialize(args, JobJson.Options), options)], cancellationToken);
        return first;
    }

    /// <summary>Adds one job of a kind known by name only. As <see cref="EnqueueAsync"/> otherwise.</summary>
    internal async Task<long?> EnqueueRawAsync(NpgsqlTransaction tx, string kind, string argsJson, JobOptions options, CancellationToken cancellationToken)
    {
        var (_, first) = await InsertAsync(tx, kind, [(argsJson, options)], cancellationToken);
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
        foreach (var batch in jobs.Chunk(BatchSize))
        {
            var rows = Array.ConvertAll(batch, each => (JsonSerializer.Serialize(each.Args, JobJson.Options), each.Options));
            added += (await InsertAsync(tx, T.Kind, rows, cancellationToken)).Added;
        }

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

    private async Task<(int Added, long? First)> InsertAsync(
        NpgsqlTransaction tx, string kind, (string Args, JobOptions Options)[] jobs, CancellationToken cancellationToken)
    {
        var count = jobs.Length;
        var (lines, numbers) = (new List<JobOptions>(), new Dictionary<(string, string, string?, string?), int>());
        var (line, args, uniqueKeys, subjects) = (new int[count], new string[count], new string?[count], new string?[count]);
        var (runAt, maxAttempts) = (new DateTime?[count], new int[count]);
        for (var i = 0; i < count; i++)
        {
            var (json, options) = jobs[i];
            Check(options);
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(
                numbers, (options.TenantId, options.Queue, options.Connector, options.LimitKey), out var known);
            if (!known)
            {
                lines.Add(options);
                number = lines.Count;
            }

            (line[i], args[i], uniqueKeys[i], subjects[i]) = (number, json, options.UniqueKey, options.SubjectId);
            (runAt[i], maxAttempts[i]) = (options.RunAt?.UtcDateTime, options.MaxAttempts);
        }

        await MakeLanesAsync(kind, lines, cancellationToken);
        await using var command = new NpgsqlCommand(EnqueueSql.Enqueue, tx.Connection, tx);
        command.Parameters.Add(new() { Value = kind });
        command.Parameters.Add(new() { Value = lines.ConvertAll(each => each.TenantId) });
        command.Parameters.Add(new() { Value = lines.ConvertAll(each => each.Queue) });
        command.Parameters.Add(new() { Value = lines.ConvertAll(each => each.Connector) });
        command.Parameters.Add(new() { Value = lines.ConvertAll(each => each.LimitKey) });
        command.Parameters.Add(new() { Value = line });
        command.Parameters.Add(new() { Value = args });
        command.Parameters.Add(new() { Value = uniqueKeys });
        command.Parameters.Add(new() { Value = subjects });
        command.Parameters.Add(new() { Value = runAt, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = maxAttempts });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        var added = (int)rows.GetInt64(0);
        if (added == 0)
            return (0, null);
        wakeUp.Expect(rows.GetString(2), rows.GetFieldValue<int[]>(3));
        return (added, rows.GetInt64(1));
    }

    /// <summary>Makes lanes that this process has not used before, in transactions of their own: one made in the
    /// caller's would keep every other producer of that lane waiting until it ends, and would vanish if it fails.</summary>
    private async Task MakeLanesAsync(string kind, List<JobOptions> lines, CancellationToken cancellationToken)
    {
        foreach (var line in lines)
        {
            var name = (kind, line.TenantId, line.Queue, line.Connector, line.LimitKey);
            if (knownLanes.ContainsKey(name))
                continue;
            using var patience = new CancellationTokenSource(LanePatience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            try
            {
                await using var command = dataSource.CreateCommand(EnqueueSql.MakeLane);
                foreach (var part in new[] { line.TenantId, line.Queue, kind, line.Connector, line.LimitKey })
                    command.Parameters.Add(new() { Value = (object?)part ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
                await command.ExecuteNonQueryAsync(either.Token);
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // No connection to spare: the caller's transaction makes it after all.
                log.LogDebug(fault, "A lane is made inside the transaction of its first job");
                return;
            }

            if (knownLanes.Count >= MostKnownLanes)
                knownLanes.Clear();
            knownLanes[name] = true;
        }
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
        if (options.LimitKey is { Length: 0 or > KeyLength })
            throw new ArgumentException($"{nameof(JobOptions.LimitKey)} must have 1 to {KeyLength} characters.", nameof(options));
        if (options.Connector is { Length: 0 or > KeyLength })
            throw new ArgumentException($"{nameof(JobOptions.Connector)} must have 1 to {KeyLength} characters.", nameof(options));
        if (options.SubjectId is { Length: 0 or > KeyLength })
            throw new ArgumentException($"{nameof(JobOptions.SubjectId)} must have 1 to {KeyLength} characters.", nameof(options));
    }
}
