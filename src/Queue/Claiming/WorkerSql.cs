namespace ScaiDrive.Queue.Claiming;

/// <summary>The statements about worker rows.</summary>
internal static class WorkerSql
{
    internal const string Register = """
        INSERT INTO queue.worker (id, name, slots, kinds, lease_time) VALUES ($1, $2, $3, $4, $5)
        """;

    internal const string Heartbeat = """
        UPDATE queue.worker SET heartbeat_at = now() WHERE id = $1 AND ended_at IS NULL
        """;

    internal const string SignOff = """
        UPDATE queue.worker SET ended_at = now() WHERE id = $1 AND ended_at IS NULL
        """;
}
