using System.Data;
using Microsoft.Extensions.Logging;
using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Queue.Upkeep;

/// <summary>Counts the jobs and compares the result with the counters. They are changed in the same transactions, so
/// they can only differ when somebody changed the tables by hand, or by a fault.</summary>
public sealed partial class TallyAuditor(Database dataSource, ILogger<TallyAuditor> log)
{
    /// <summary>Says where the counters are wrong. Reads every job: seconds for millions.</summary>
    public async Task<IReadOnlyList<TallyDrift>> CheckAsync(CancellationToken cancellationToken) =>
        await RunAsync(repair: false, cancellationToken);

    /// <summary>As <see cref="CheckAsync"/>, and puts them right, while the fleet works on. Answers what was wrong.</summary>
    public async Task<IReadOnlyList<TallyDrift>> RepairAsync(CancellationToken cancellationToken)
    {
        var drifts = await RunAsync(repair: true, cancellationToken);
        foreach (var drift in drifts)
            LogDrift(drift.Lane, drift);
        return drifts;
    }

    private async Task<List<TallyDrift>> RunAsync(bool repair, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var drifts = new List<TallyDrift>();
        await using (var compare = new NpgsqlCommand(UpkeepSql.Drift, connection, transaction) { CommandTimeout = 300 })
        {
            await using var row = await compare.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
                drifts.Add(new(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4), row.GetInt32(5), row.GetInt32(6)));
        }

        foreach (var drift in repair ? drifts : [])
        {
            await using var insert = new NpgsqlCommand(UpkeepSql.Repair, connection, transaction);
            foreach (var value in new[] { drift.Lane, drift.Available, drift.Scheduled, drift.Retryable, drift.Running, drift.Discarded, drift.Finished })
                insert.Parameters.Add(new() { Value = value });
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return drifts;
    }

    [LoggerMessage(LogLevel.Warning, "The counters of lane {Lane} were wrong and have been put right: {Drift}")]
    private partial void LogDrift(int lane, TallyDrift drift);
}

/// <summary>By how much the counters of one lane are too low; negative when they are too high.</summary>
/// <param name="Lane">The lane.</param>
/// <param name="Available">Jobs in line.</param>
/// <param name="Scheduled">Jobs that wait for their time.</param>
/// <param name="Retryable">Failed jobs that wait for their next attempt.</param>
/// <param name="Running">Jobs held by a worker.</param>
/// <param name="Discarded">Jobs that failed for good.</param>
/// <param name="Finished">Completed and cancelled jobs.</param>
public sealed record TallyDrift(int Lane, int Available, int Scheduled, int Retryable, int Running, int Discarded, int Finished);
