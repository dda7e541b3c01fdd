using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Store;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Queue.Tests;

/// <summary>A queue in a database of its own whose rows a test lays out itself, as workers would have left them.</summary>
public sealed class QueueRows : IAsyncDisposable
{
    public const string Tenant = "tnt_a";
    public const string Stranger = "tnt_b";

    private readonly TestDatabase database;

    private QueueRows(TestDatabase database)
    {
        this.database = database;
        Reader = new QueueReader(database.DataSource);
        Control = new JobControl(database.DataSource);
        Explainer = new JobExplainer(database.DataSource);
        Rules = new QueueRules(database.DataSource, TimeProvider.System);
    }

    public Database DataSource => database.DataSource;

    public QueueReader Reader { get; }

    public JobControl Control { get; }

    public JobExplainer Explainer { get; }

    public QueueRules Rules { get; }

    public static async Task<QueueRows> CreateAsync() => new(await TestDatabase.CreateAsync(QueueSchema.Migrations));

    public ValueTask DisposeAsync() => database.DisposeAsync();

    /// <summary>Adds a job in any state, and counts it. A running one is held by <paramref name="worker"/> under a claim of its own.</summary>
    public async Task<long> AddAsync(
        string state = JobStates.Available, string tenant = Tenant, string queue = QueueNames.Low, string kind = "test-job", string? connector = null,
        string? limitKey = null, string? subject = null, string? uniqueKey = null, string? error = null, string? message = null,
        TimeSpan? dueIn = null, int attempt = 0, int maxAttempts = 10, string worker = "w")
    {
        await using var command = DataSource.CreateCommand("""
            WITH new AS MATERIALIZED (
                SELECT nextval('queue.job_id') AS id, nextval('queue.lease_number') AS lease, queue.lane_of($2, $3, $4, $5, $6) AS lane
            ), live AS (
                INSERT INTO queue.job (tenant_id, id, lane, kind, state, place, lease, worker_id, attempt, max_attempts, run_at, started_at, discarded_at,
                                       holds_key, unique_key, subject_id, args, error_code, error_message)
                SELECT $2, id, lane, $4, $1, CASE WHEN $1 IN ('available', 'running') THEN id END, CASE WHEN $1 = 'running' THEN lease END,
                       CASE WHEN $1 = 'running' THEN $14 END, $12, $13, now() + $11, CASE WHEN $1 = 'running' THEN now() END,
                       CASE WHEN $1 = 'discarded' THEN now() END, $8::text IS NOT NULL AND $1 <> 'discarded', $8, $7, '{"n":1}', $9, $10
                FROM new
                WHERE $1 NOT IN ('completed', 'cancelled')
            ), ended AS (
                INSERT INTO queue.finished_job (tenant_id, id, lane, kind, state, lease, worker_id, attempt, max_attempts, losses, run_at, created_at, started_at,
                                                finished_at, unique_key, subject_id, args, error_code, error_message)
                SELECT $2, id, lane, $4, $1, lease, $14, $12, $13, 0, now(), now(), now(), now(), $8, $7, '{"n":1}', $9, $10
                FROM new
                WHERE $1 IN ('completed', 'cancelled')
            ), held AS (
                INSERT INTO queue.claim (lease, worker_id, tenant_ids, job_ids)
                SELECT lease, $14, ARRAY[$2], ARRAY[id] FROM new WHERE $1 = 'running'
            )
            INSERT INTO queue.tally_change (lane, available, scheduled, retryable, running, discarded, finished)
            SELECT lane, ($1 = 'available')::integer, ($1 = 'scheduled')::integer, ($1 = 'retryable')::integer, ($1 = 'running')::integer,
                   ($1 = 'discarded')::integer, ($1 IN ('completed', 'cancelled'))::integer
            FROM new
            RETURNING (SELECT id FROM new)
            """);
        object?[] values = [state, tenant, queue, kind, connector, limitKey, subject, uniqueKey, error, message];
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = dueIn ?? (state is JobStates.Scheduled or JobStates.Retryable ? TimeSpan.FromHours(1) : TimeSpan.Zero) });
        command.Parameters.Add(new() { Value = attempt });
        command.Parameters.Add(new() { Value = maxAttempts });
        command.Parameters.Add(new() { Value = worker });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Adds a worker that is nothing but its row.</summary>
    public Task AddWorkerAsync(string id = "w", int slots = 4, string kind = "test-job", TimeSpan? silentFor = null, bool isDraining = false) => ExecuteAsync(
        """
        INSERT INTO queue.worker (id, name, slots, kinds, lease_time, heartbeat_at, draining_at)
        VALUES ($1, $1, $2, ARRAY[$3], interval '12 seconds', now() - $4, CASE WHEN $5 THEN now() END)
        """,
        id, slots, kind, silentFor ?? TimeSpan.Zero, isDraining);

    public async Task<JobRow> FindAsync(long id, string tenant = Tenant) =>
        await Reader.FindAsync(tenant, id, default) ?? throw new InvalidOperationException($"There is no job {id}.");

    public async Task<string> StateAsync(long id, string tenant = Tenant) => (await FindAsync(id, tenant)).State;

    /// <summary>Jobs in the order in which a claim would take them from the lane of the first.</summary>
    public async Task<IReadOnlyList<long>> LineOfAsync(long id) => [.. (await ColumnAsync(
        """
        SELECT id FROM queue.job
        WHERE lane = (SELECT lane FROM queue.job WHERE id = $1) AND place IS NOT NULL AND lease IS NULL
        ORDER BY place
        """,
        id)).Select(long.Parse)];

    /// <summary>The maintained counts equal what the tables hold, lane by lane and state by state.</summary>
    public async Task CheckCountsAsync() => Assert.Equal(
        await ColumnAsync("""
            SELECT lane || ' ' || state || ' ' || count(*)
            FROM (SELECT lane, state FROM queue.job UNION ALL SELECT lane, 'finished' FROM queue.finished_job) AS job
            GROUP BY lane, state
            ORDER BY lane, state
            """),
        await ColumnAsync("""
            SELECT lane || ' ' || state || ' ' || jobs
            FROM queue.tally_now
            CROSS JOIN LATERAL (VALUES ('available', available), ('scheduled', scheduled), ('retryable', retryable), ('running', running),
                                       ('discarded', discarded), ('finished', finished)) AS each (state, jobs)
            WHERE jobs <> 0
            ORDER BY lane, state
            """));

    /// <summary>What is told on the queue's channel while <paramref name="act"/> runs, in order.</summary>
    public async Task<IReadOnlyList<string>> HearAsync(Func<Task> act)
    {
        await using var connection = await DataSource.OpenConnectionAsync();
        var heard = new List<string>();
        connection.Notification += (_, notification) => heard.Add(notification.Payload);
        await using var listen = new NpgsqlCommand("LISTEN queue", connection);
        await listen.ExecuteNonQueryAsync();
        await act();
        // Notifications come in the order of the commits, so what was said before this has been heard when this is.
        await ExecuteAsync("SELECT pg_notify('queue', 'end')");
        using var patience = new CancellationTokenSource(QueueUnderTest.Patience);
        while (!heard.Contains("end"))
            await connection.WaitAsync(patience.Token);
        return heard[..^1];
    }

    public async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task<IReadOnlyList<string>> ColumnAsync(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await using var row = await command.ExecuteReaderAsync();
        var column = new List<string>();
        while (await row.ReadAsync())
            column.Add(row.GetValue(0).ToString()!);
        return column;
    }

    private Statement Command(string sql, object[] values)
    {
        var command = DataSource.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }
}
