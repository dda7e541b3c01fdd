using System.Globalization;
using Npgsql;

namespace ScaiDrive.Queue.Scheduling;

/// <summary>Enqueues jobs of schedules in one transaction.</summary>
internal sealed class ScheduleFire(JobQueue queue, NpgsqlTransaction transaction)
{
    /// <summary>A fire time as it stands in a job's unique key.</summary>
    internal static string KeyOf(DateTimeOffset fireTime) => fireTime.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    /// <returns>The job's number, or null when a job with its unique key is not finished.</returns>
    internal Task<long?> EnqueueAsync(string tenantId, string scheduleId, ScheduleDefinition definition, string fire, CancellationToken cancellationToken) =>
        queue.EnqueueRawAsync(
            transaction,
            definition.Kind,
            definition.ArgsJson,
            new JobOptions
            {
                TenantId = tenantId,
                Queue = definition.Queue,
                Connector = definition.Connector,
                SubjectId = definition.SubjectId,
                LimitKey = definition.LimitKey,
                UniqueKey = definition.UniqueKey ?? $"{scheduleId}:{fire}",
                MaxAttempts = definition.MaxAttempts,
            },
            cancellationToken);

    /// <summary>Which of these jobs are not finished.</summary>
    internal async Task<HashSet<(string TenantId, long JobId)>> UnfinishedAsync(
        IReadOnlyCollection<(string TenantId, long JobId)> jobs, CancellationToken cancellationToken)
    {
        var unfinished = new HashSet<(string, long)>();
        if (jobs.Count == 0)
            return unfinished;
        await using var command = new NpgsqlCommand(ScheduleSql.Unfinished, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = jobs.Select(job => job.TenantId).ToArray() });
        command.Parameters.Add(new() { Value = jobs.Select(job => job.JobId).ToArray() });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            unfinished.Add((row.GetString(0), row.GetInt64(1)));
        return unfinished;
    }
}
