using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using ScaiDrive.Queue;
using ScaiDrive.Store;

namespace ScaiDrive.Bench.Recovery;

/// <summary>A server, several worker processes and a producer, all of its own, and a record of what they did.</summary>
internal sealed class FaultLab : IAsyncDisposable
{
    private const string Database = "lab";

    private readonly LabOptions options;
    private readonly DirectoryInfo directory;
    private readonly string mark = Guid.NewGuid().ToString("N");
    private readonly ServiceProvider services;
    private readonly LabProducer producer;
    private readonly ConcurrentDictionary<string, WorkerProcess> workers = new();
    private readonly ConcurrentBag<Task> watches = [];
    private readonly ConcurrentBag<(long Job, long Lease, DateTime At)> held = [];
    private readonly ConcurrentBag<string> oddEndings = [];
    private readonly ConcurrentBag<Drift> drifts = [];
    private readonly List<Resumption> resumptions = [];
    private readonly CancellationTokenSource stopProducing = new();
    private readonly CancellationTokenSource stopAuditing = new();
    private Task producing = Task.CompletedTask;
    private Task auditing = Task.CompletedTask;
    private int workerCount;
    private volatile bool isClosing;

    private FaultLab(LabOptions options, DirectoryInfo directory, LabServer server)
    {
        (this.options, this.directory, Server) = (options, directory, server);
        DataSource = PostgresDataSource.Create(server.ConnectionString(Database, server.Port) + ";Maximum Pool Size=20;Timeout=5;Command Timeout=15", "lab");
        services = new ServiceCollection()
            .AddSingleton(DataSource)
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddJobQueue()
            .BuildServiceProvider();
        producer = new LabProducer(DataSource, services.GetRequiredService<JobQueue>(), options);
    }

    internal LabServer Server { get; }

    internal Database DataSource { get; }

    internal IReadOnlyList<WorkerProcess> LiveWorkers => [.. workers.Values.Where(worker => !worker.HasExited && worker.DiedAt is null)];

    /// <summary>What dead workers held when they died, running or not.</summary>
    internal IReadOnlyCollection<(long Job, long Lease, DateTime At)> Held => held;

    /// <summary>How a worker connects that has no proxy before it.</summary>
    internal string DirectConnection => WorkerConnection(Server.Port);

    internal int ProducerFaults => producer.Faults;

    internal static async Task<FaultLab> StartAsync(LabOptions options, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("scaidrive-lab-");
        Directory.CreateDirectory(options.LogDirectory ?? Path.Combine(directory.FullName, "logs"));
        var server = await LabServer.StartAsync(directory, options.Durable, cancellationToken);
        await server.EnsureDatabaseAsync(Database, cancellationToken);
        var lab = new FaultLab(options, directory, server);
        try
        {
            await new Migrator(lab.DataSource).MigrateAsync([QueueSchema.Migrations], cancellationToken);
            await using var connection = await lab.DataSource.OpenConnectionAsync(cancellationToken);
            await using var schema = new NpgsqlCommand(LabSql.Schema, connection);
            await schema.ExecuteNonQueryAsync(cancellationToken);
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the producer and the workers, each of which is replaced when it dies, and waits until all of them work.</summary>
    /// <param name="portOf">By which port the worker with this number reaches the server.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async Task BeginAsync(Func<int, int> portOf, CancellationToken cancellationToken)
    {
        producing = Task.Run(() => producer.RunAsync(stopProducing.Token), CancellationToken.None);
        auditing = Task.Run(() => AuditAsync(stopAuditing.Token), CancellationToken.None);
        for (var i = 0; i < options.Workers; i++)
            await StartWorkerAsync(WorkerConnection(portOf(i)));
        foreach (var worker in workers.Values)
            await UntilAsync($"{worker.Name} starts a job", () => ScalarAsync<bool>(LabSql.HasStartedAfter, cancellationToken, worker.Name, Array.Empty<string>()), cancellationToken);
    }

    internal Task EnqueueAsync(LabJob job, JobOptions jobOptions, CancellationToken cancellationToken) =>
        producer.EnqueueAsync([(job, jobOptions)], rollBack: false, cancellationToken);

    /// <summary>Kills one worker as nothing but the kernel can; another takes its place at once.</summary>
    internal async Task<Outage> KillAsync(WorkerProcess worker, CancellationToken cancellationToken)
    {
        var at = await NowAsync(cancellationToken);
        worker.DiedAt = at;
        worker.Send(ProcessSignal.Kill);
        return new Outage(worker.Name, at);
    }

    /// <summary>The names under which the queue knows a process so far.</summary>
    internal async Task<string[]> QueueWorkersAsync(WorkerProcess worker, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await ReadAsync(LabSql.QueueWorkers, row => names.Add(row.GetString(0)), cancellationToken, worker.Name);
        return [.. names];
    }

    /// <summary>From now on nothing may be written in the name of these workers of the queue.</summary>
    internal async Task ResumeAsync(IEnumerable<string> queueWorkers, CancellationToken cancellationToken)
    {
        var at = await NowAsync(cancellationToken);
        resumptions.AddRange(queueWorkers.Select(name => new Resumption(name, at)));
    }

    internal Task<DateTime> NowAsync(CancellationToken cancellationToken) => ScalarAsync<DateTime>(LabSql.Now, cancellationToken);

    internal async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(sql, values);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Asks until the answer is yes; a server that is away is no answer.</summary>
    internal async Task UntilAsync(string what, Func<Task<bool>> holds, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await AskAsync(holds))
        {
            if (TimeProvider.System.GetElapsedTime(started) > options.Patience)
                throw new TimeoutException($"Within {options.Patience.TotalSeconds} s it did not come true that {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Stops the producer, lets everything finish, ends the workers, and answers all that was seen.</summary>
    internal async Task<History> FinishAsync(CancellationToken cancellationToken)
    {
        await stopProducing.CancelAsync();
        await producing;
        await TryUntilAsync("every job has ended", async () => await ScalarAsync<long>(LabSql.Unfinished, cancellationToken) == 0, cancellationToken);
        await TryUntilAsync("no claim of a dead worker is left", async () => await ScalarAsync<long>(LabSql.ClaimsOfTheDead, cancellationToken) == 0, cancellationToken);
        var claimsOfTheDead = await ScalarAsync<long>(LabSql.ClaimsOfTheDead, cancellationToken);
        int[] parents = [Environment.ProcessId, .. LiveWorkers.Select(worker => worker.Id)];
        await TryUntilAsync("no zombie is left", () => Task.FromResult(LabProcesses.Zombies(parents).Count == 0), cancellationToken);
        var zombies = LabProcesses.Zombies(parents).Select(id => $"zombie {id}").ToList();
        await DismissAsync();
        await stopAuditing.CancelAsync();
        await auditing;
        await AuditOnceAsync(cancellationToken);
        string[] left = [.. zombies, .. LabProcesses.Marked(mark).Select(process => $"{process.Id} {process.Command}")];
        return await ReadHistoryAsync(left, claimsOfTheDead, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        isClosing = true;
        await stopProducing.CancelAsync();
        await stopAuditing.CancelAsync();
        foreach (var worker in workers.Values)
            worker.Send(ProcessSignal.Kill);
        // A replacement that was on its way is in the list by the time its predecessor's watch has ended.
        await Task.WhenAll(watches);
        foreach (var worker in workers.Values)
            worker.Send(ProcessSignal.Kill);
        await Task.WhenAll(workers.Values.Select(worker => worker.Exited));
        await Task.WhenAll(producing, auditing);
        await services.DisposeAsync();
        await DataSource.DisposeAsync();
        await Server.DisposeAsync();
        stopProducing.Dispose();
        stopAuditing.Dispose();
    }

    private string WorkerConnection(int port) =>
        Server.ConnectionString(Database, port) + $";Maximum Pool Size={options.Slots * 2 + 10}";

    private async Task StartWorkerAsync(string connectionString)
    {
        var name = $"w{Interlocked.Increment(ref workerCount)}";
        var log = Path.Combine(options.LogDirectory ?? Path.Combine(directory.FullName, "logs"), name + ".log");
        var worker = await WorkerProcess.StartAsync(name, connectionString, options, mark, log);
        workers[name] = worker;
        watches.Add(WatchAsync(worker, log));
    }

    private async Task WatchAsync(WorkerProcess worker, string log)
    {
        await worker.Exited;
        if (worker.IsDismissed || isClosing)
            return;
        // 128 + 9: killed, by the lab or by a job that kills.
        if (worker.ExitCode != 137)
            oddEndings.Add($"{worker.Name} ended by itself with exit code {worker.ExitCode}: {string.Join(" | ", File.ReadLines(log).TakeLast(5))}");
        await StartWorkerAsync(worker.ConnectionString);
        try
        {
            var at = worker.DiedAt ??= await NowAsync(CancellationToken.None);
            await ReadAsync(LabSql.Held, row => held.Add((row.GetInt64(0), row.GetInt64(1), at)), CancellationToken.None, worker.Name);
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
        {
            // The server is away; the handlers' own records say what was running.
        }
    }

    private async Task DismissAsync()
    {
        var live = LiveWorkers;
        foreach (var worker in live)
        {
            worker.IsDismissed = true;
            worker.Send(ProcessSignal.Terminate);
        }

        foreach (var worker in live)
        {
            try
            {
                await worker.Exited.WaitAsync(TimeSpan.FromSeconds(40), TimeProvider.System);
                if (worker.ExitCode != 0)
                    oddEndings.Add($"{worker.Name} was told to end and did so with exit code {worker.ExitCode}");
            }
            catch (TimeoutException)
            {
                oddEndings.Add($"{worker.Name} was told to end and did not");
                worker.Send(ProcessSignal.Kill);
                await worker.Exited;
            }
        }
    }

    /// <summary>Recounts now and then while everything moves.</summary>
    private async Task AuditAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await AuditOnceAsync(cancellationToken);
                await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is NpgsqlException or TimeoutException or IOException)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, CancellationToken.None);
            }
        }
    }

    private Task AuditOnceAsync(CancellationToken cancellationToken) =>
        ReadAsync(LabSql.Drifts, row => drifts.Add(new Drift(row.GetInt32(0), row.GetString(1), row.GetString(2))), cancellationToken);

    private async Task<History> ReadHistoryAsync(IReadOnlyList<string> left, long claimsOfTheDead, CancellationToken cancellationToken)
    {
        var promises = new List<Promise>();
        await ReadAsync(LabSql.Promises, row => promises.Add(new Promise(
            row.GetInt64(0), Enum.Parse<Ending>(row.GetString(1)), row.GetBoolean(2), Text(row, 3))), cancellationToken);
        var starts = new List<Start>();
        await ReadAsync(LabSql.Starts, row => starts.Add(new Start(
            row.GetInt64(0), row.GetInt32(1), Number(row, 2), Text(row, 3), row.GetString(4), row.GetDateTime(5))), cancellationToken);
        var effects = new List<Effect>();
        await ReadAsync(LabSql.Effects, row => effects.Add(new Effect(
            row.GetInt64(0), row.GetInt32(1), Number(row, 2), Text(row, 3), row.GetString(4), row.GetInt32(5), row.GetDateTime(6))), cancellationToken);
        var ended = new List<Ended>();
        await ReadAsync(LabSql.EndedAttempts, row => ended.Add(new Ended(
            row.GetInt64(0), row.GetInt32(1), row.GetString(2), row.GetString(3), row.GetDateTime(4))), cancellationToken);
        var finals = new List<FinalJob>();
        await ReadAsync(LabSql.Finals, row => finals.Add(new FinalJob(
            row.GetInt64(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3), Text(row, 4), row.GetBoolean(5))), cancellationToken);
        var snoozed = new HashSet<long>();
        await ReadAsync(LabSql.Snoozed, row => snoozed.Add(row.GetInt64(0)), cancellationToken);
        return new History
        {
            Promises = promises,
            Acknowledged = producer.Acknowledged,
            Starts = starts,
            Effects = effects,
            Ended = ended,
            Finals = finals,
            Snoozed = snoozed,
            Resumptions = resumptions,
            Drifts = [.. drifts.Distinct()],
            ClaimsOfTheDead = claimsOfTheDead,
            LeftProcesses = left,
            OddEndings = [.. oddEndings],
        };
    }

    private async Task TryUntilAsync(string what, Func<Task<bool>> holds, CancellationToken cancellationToken)
    {
        try
        {
            await UntilAsync(what, holds, cancellationToken);
        }
        catch (TimeoutException)
        {
            // What is left is in the history, and the checker says what it means.
        }
    }

    private static async Task<bool> AskAsync(Func<Task<bool>> holds)
    {
        try
        {
            return await holds();
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException or IOException)
        {
            return false;
        }
    }

    private async Task ReadAsync(string sql, Action<NpgsqlDataReader> read, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(sql, values);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            read(row);
    }

    private Statement Command(string sql, object[] values)
    {
        var command = DataSource.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        return command;
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static long? Number(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
}
