using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using ScaiDrive.Queue.Claiming;
using ScaiDrive.Queue.Running;
using ScaiDrive.Queue.Upkeep;
using ScaiDrive.Store;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Queue.Tests;

/// <summary>A queue in a database of its own, with the parts a test drives by hand.</summary>
public sealed class QueueUnderTest : IAsyncDisposable
{
    public const string Tenant = "tnt_a";

    /// <summary>How long a test waits for what must happen before it calls it a hang.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Beats fast enough for a test to see a lost lease, and polls so rarely that only a wake-up explains a start.</summary>
    internal static readonly QueueOptions FastHeartbeat = new()
    {
        Slots = 4,
        Heartbeat = TimeSpan.FromMilliseconds(50),
        Lease = TimeSpan.FromSeconds(12),
        PollInterval = TimeSpan.FromHours(1),
        DrainTimeout = TimeSpan.FromSeconds(10),
        RetryBase = TimeSpan.FromHours(1),
    };

    private readonly TestDatabase database;
    private readonly List<(JobWorker Worker, ServiceProvider Services)> workers = [];

    private QueueUnderTest(TestDatabase database)
    {
        this.database = database;
        Jobs = new JobQueue(database.DataSource, TimeProvider.System, NullLogger<JobQueue>.Instance);
        Reader = new QueueReader(database.DataSource);
        Control = new JobControl(database.DataSource);
        Store = new JobStore(database.DataSource, TimeProvider.System);
        Journal = new JobJournal(database.DataSource);
        Rescuer = new LeaseRescuer(database.DataSource, NullLogger.Instance);
        Folder = new TallyFolder(database.DataSource, TimeProvider.System);
        Auditor = new TallyAuditor(database.DataSource, NullLogger<TallyAuditor>.Instance);
    }

    public Database DataSource => database.DataSource;

    public JobQueue Jobs { get; }

    public QueueReader Reader { get; }

    public JobControl Control { get; }

    internal JobStore Store { get; }

    internal JobJournal Journal { get; }

    internal LeaseRescuer Rescuer { get; }

    internal TallyFolder Folder { get; }

    public TallyAuditor Auditor { get; }

    /// <summary>Set by a test that changes the tables by hand; otherwise every test ends with exact counters.</summary>
    public bool IsChangedByHand { get; set; }

    public static async Task<QueueUnderTest> CreateAsync() => new(await TestDatabase.CreateAsync(QueueSchema.Migrations));

    public async ValueTask DisposeAsync()
    {
        foreach (var (worker, services) in workers)
        {
            await worker.StopAsync(new CancellationToken(canceled: true));
            await services.DisposeAsync();
        }

        Jobs.Dispose();
        if (!IsChangedByHand)
            Assert.Empty(await RetryAsync(() => Auditor.CheckAsync(default)));
        await database.DisposeAsync();
    }

    /// <summary>Enqueues one job in a transaction of its own.</summary>
    public async Task<long?> EnqueueAsync(
        TestJob? args = null, string tenant = Tenant, string queue = QueueNames.Low, string? uniqueKey = null, string? subject = null,
        string? connector = null, int maxAttempts = 10, DateTimeOffset? runAt = null)
    {
        var options = new JobOptions
        {
            TenantId = tenant,
            Queue = queue,
            UniqueKey = uniqueKey,
            SubjectId = subject,
            Connector = connector,
            MaxAttempts = maxAttempts,
            RunAt = runAt,
        };
        return await InTransactionAsync(tx => Jobs.EnqueueAsync(tx, args ?? new TestJob(), options, default));
    }

    public async Task<T> InTransactionAsync<T>(Func<NpgsqlTransaction, Task<T>> body)
    {
        await using var connection = await DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var result = await body(transaction);
        await transaction.CommitAsync();
        return result;
    }

    /// <summary>Registers a worker that exists only as a row, so that a test can claim in its name.</summary>
    public async Task<string> NewWorkerAsync(string id = "by-hand")
    {
        await Store.RegisterAsync(id, new QueueOptions { WorkerName = id }, [TestJob.Kind], default);
        return id;
    }

    internal async Task<ClaimedJob> ClaimOneAsync(string workerId, string queue = QueueNames.Low) =>
        Assert.Single(await ClaimAsync(workerId, 1, queue));

    /// <summary>Claims as a worker without a memory does: from the start of every lane that has something in line.</summary>
    internal async Task<IReadOnlyList<ClaimedJob>> ClaimAsync(string workerId, int limit, string queue = QueueNames.Low)
    {
        var (waiting, _) = await Store.WaitingAsync([TestJob.Kind], default);
        var lanes = waiting.Where(lane => lane.Queue == queue).ToDictionary(lane => lane.Id);
        var claimed = new List<ClaimedJob>();
        foreach (var (after, before) in new[] { (long.MinValue, LaneAsk.BacklogStart), (LaneAsk.BacklogStart, long.MaxValue) })
        {
            foreach (var lane in lanes.Keys)
            {
                if (claimed.Count < limit)
                    claimed.AddRange((await Store.ClaimAsync([new(lane, after, before, limit - claimed.Count)], lanes, workerId, default)).Jobs);
            }
        }

        return claimed;
    }

    /// <summary>Ends attempts as a worker does. Answers the state each job took, for those whose lease still stood.</summary>
    internal async Task<IReadOnlyDictionary<(long Lease, long Id), string>> SettleAsync(params Settlement[] ended)
    {
        var states = new Dictionary<(long, long), string>();
        foreach (var done in await Store.CompleteAsync([.. ended.Where(each => each.State == JobStates.Completed)], [], default))
            states.Add(done, JobStates.Completed);
        foreach (var (key, state) in await Store.SettleAsync([.. ended.Where(each => each.State != JobStates.Completed)], [], default))
            states.Add(key, state);
        return states;
    }

    internal async Task<JobRun> RunOneAsync(string workerId) =>
        new(await ClaimOneAsync(workerId), DataSource, Journal, TimeProvider.System);

    /// <summary>A claim in the worker's name whose answer never arrives: it commits whatever became of the worker.</summary>
    public async Task<long?> EnqueueAndClaimUnseenAsync(string workerId) => await InTransactionAsync(async tx =>
    {
        var id = await Jobs.EnqueueAsync(tx, new TestJob(), new JobOptions { TenantId = Tenant }, default);
        await using var claim = new NpgsqlCommand(
            """
            WITH taken AS (
                UPDATE queue.job SET state = 'running', attempt = 1, worker_id = $1, lease = nextval('queue.lease_number') WHERE id = $2
                RETURNING tenant_id, id, lane, lease
            ), counted AS (
                INSERT INTO queue.tally_change (lane, available, running) SELECT lane, -1, 1 FROM taken
            )
            INSERT INTO queue.claim (lease, worker_id, tenant_ids, job_ids) SELECT lease, $1, ARRAY[tenant_id], ARRAY[id] FROM taken
            """,
            tx.Connection,
            tx)
        { Parameters = { new() { Value = workerId }, new() { Value = id!.Value } } };
        await claim.ExecuteNonQueryAsync();
        return id;
    });

    /// <summary>Lets the worker's heartbeat run out, by the database's clock.</summary>
    public Task SilenceAsync(string workerId) =>
        ExecuteAsync("UPDATE queue.worker SET heartbeat_at = now() - 2 * lease_time WHERE id = $1", workerId);

    /// <summary>The worker is killed and its jobs are rescued.</summary>
    internal async Task<IReadOnlyList<RescuedJob>> LoseAsync(string workerId)
    {
        await SilenceAsync(workerId);
        return await Rescuer.StepAsync(default);
    }

    public async Task<JobWorker> StartWorkerAsync(Script script, QueueOptions? options = null)
    {
        var services = new ServiceCollection()
            .AddSingleton(DataSource)
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddSingleton(script)
            .AddJobHandler<TestJob, ScriptedHandler>()
            .AddJobWorker(options ?? FastHeartbeat)
            .BuildServiceProvider();
        var worker = services.GetRequiredService<JobWorker>();
        workers.Add((worker, services));
        await worker.StartAsync(default);
        return worker;
    }

    public async Task<JobRow> FindAsync(long? id, string tenant = Tenant) =>
        await Reader.FindAsync(tenant, id!.Value, default) ?? throw new InvalidOperationException($"There is no job {id}.");

    public async Task ExecuteAsync(string sql, params object[] values)
    {
        // More than one statement may stand in it.
        await using var connection = await DataSource.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
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

    /// <summary>Asks the database until it says yes.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Patience, "It never came true.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>Ends every connection to the database, as a restart of the server does.</summary>
    public async Task CutAllConnectionsAsync()
    {
        // Not from the pool, which is what is cut here.
        await using var apart = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await apart.OpenAsync();
        await using var cut = new NpgsqlCommand(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", apart);
        await cut.ExecuteNonQueryAsync();
    }

    /// <summary>Tries again while connections that were cut are still in the pool.</summary>
    public static async Task<T> RetryAsync<T>(Func<Task<T>> attempt)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await attempt();
            }
            catch (NpgsqlException) when (tries < 20)
            {
            }
        }
    }

    private Statement Command(string sql, object[] values)
    {
        var command = DataSource.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }
}
