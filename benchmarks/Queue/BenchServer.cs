using System.Diagnostics;
using System.Globalization;
using Npgsql;
using ScaiDrive.Queue;
using ScaiDrive.Store;
using ScaiDrive.Store.Embedded;

namespace ScaiDrive.Bench.Queue;

/// <summary>One private PostgreSQL server for a whole run, as durable as one in production. Everybody, the peers too,
/// connects over loopback TCP; each cell gets a database of its own.</summary>
internal sealed class BenchServer : IAsyncDisposable
{
    private const string SharedBuffers = "512MB";

    private readonly EmbeddedPostgres server;
    private readonly DirectoryInfo directory;
    private int databases;

    private BenchServer(EmbeddedPostgres server, DirectoryInfo directory) => (this.server, this.directory) = (server, directory);

    internal static async Task<BenchServer> StartAsync(CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("scaidrive-bench-");
        // The server's account is another one, which must be able to pass through.
        directory.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        try
        {
            var options = new EmbeddedPostgresOptions(directory.FullName) { Durable = true, SharedBuffers = SharedBuffers };
            return new BenchServer(await EmbeddedPostgres.StartAsync(options, TimeProvider.System, cancellationToken), directory);
        }
        catch
        {
            directory.Delete(recursive: true);
            throw;
        }
    }

    internal async Task<BenchDatabase> CreateDatabaseAsync(CancellationToken cancellationToken)
    {
        var name = $"bench_{++databases}";
        await server.EnsureDatabaseAsync(name, cancellationToken);
        return new BenchDatabase(Settings(name));
    }

    /// <summary>What the figures depend on: version, settings that differ from the server's own defaults, and how many
    /// one-row transactions a second one client gets from this disk.</summary>
    internal async Task<object> DescribeAsync(CancellationToken cancellationToken)
    {
        await using var database = await CreateDatabaseAsync(cancellationToken);
        await database.ExecuteAsync("CREATE TABLE reference (n integer)", cancellationToken);
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var insert = new NpgsqlCommand("INSERT INTO reference VALUES (1)", connection);
        await insert.PrepareAsync(cancellationToken);
        var (commits, began) = (0, Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(1))
        {
            await insert.ExecuteNonQueryAsync(cancellationToken);
            commits++;
        }

        return new
        {
            postgres = await database.ScalarAsync<string>("SELECT current_setting('server_version')", cancellationToken),
            transport = "loopback TCP",
            shared_buffers = SharedBuffers,
            fsync = await database.ScalarAsync<string>("SELECT current_setting('fsync')", cancellationToken),
            synchronous_commit = await database.ScalarAsync<string>("SELECT current_setting('synchronous_commit')", cancellationToken),
            full_page_writes = await database.ScalarAsync<string>("SELECT current_setting('full_page_writes')", cancellationToken),
            max_wal_size = await database.ScalarAsync<string>("SELECT current_setting('max_wal_size')", cancellationToken),
            jit = await database.ScalarAsync<string>("SELECT current_setting('jit')", cancellationToken),
            one_row_transactions_per_s = commits,
        };
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await server.DisposeAsync();
        directory.Delete(recursive: true);
    }

    private NpgsqlConnectionStringBuilder Settings(string database) =>
        new(server.ConnectionString(database)) { Host = "127.0.0.1", Port = server.Port };
}

/// <summary>The database of one cell; dropped with it.</summary>
internal sealed class BenchDatabase(NpgsqlConnectionStringBuilder settings) : IAsyncDisposable
{
    /// <summary>For Npgsql. Holds the password: passed on in the environment only.</summary>
    internal string ConnectionString => settings.ConnectionString;

    /// <summary>The same as a URL.</summary>
    internal string Url => string.Create(
        CultureInfo.InvariantCulture, $"postgresql://{settings.Username}:{settings.Password}@{settings.Host}:{settings.Port}/{settings.Database}");

    /// <summary>For the bench's own statements.</summary>
    internal Database Source { get; } = PostgresDataSource.Create(settings.ConnectionString + ";Command Timeout=0", "scaidrive-bench");

    internal async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = Source.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new() { Value = parameter });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    internal async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var command = Source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Makes the tables of our queue.</summary>
    internal async Task MigrateQueueAsync(CancellationToken cancellationToken) =>
        await new Migrator(Source).MigrateAsync([QueueSchema.Migrations], cancellationToken);

    /// <summary>A concurrency and a rate limit that never bind, so that their checks are what is measured.</summary>
    internal async Task LimitTenantAsync(string tenant, CancellationToken cancellationToken) =>
        await new QueueRules(Source, TimeProvider.System).SetLimitAsync(
            $"tenant:{tenant}", maxRunning: 1_000_000, new RateLimit(1_000_000, TimeSpan.FromSeconds(1), 1_000_000), cancellationToken);

    /// <summary>Brings statistics and visibility up to date and the pages to disk, so that no cell pays for another's writes.</summary>
    internal async Task SettleAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync("VACUUM ANALYZE", cancellationToken);
        await ExecuteAsync("CHECKPOINT", cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString);
        try
        {
            await connection.OpenAsync();
            await using var drop = new NpgsqlCommand($"DROP DATABASE \"{settings.Database}\" WITH (FORCE)", connection);
            await drop.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException)
        {
            // The run was interrupted and the server went first; its directory is deleted as a whole.
        }
    }
}
