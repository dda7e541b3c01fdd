using Npgsql;
using ScaiDrive.Store;
using ScaiDrive.Store.Embedded;

namespace ScaiDrive.Tests.Support;

/// <summary>A fresh database in a private server that the whole test process shares and that ends with it.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private static readonly Lazy<Task<EmbeddedPostgres>> Server = new(StartServerAsync);
    private static int count;

    private TestDatabase(string connectionString, NpgsqlDataSource dataSource) =>
        (ConnectionString, DataSource) = (connectionString, dataSource);

    public string ConnectionString { get; }

    public NpgsqlDataSource DataSource { get; }

    /// <summary>Makes the database and brings it to the schema of the given rooms.</summary>
    public static async Task<TestDatabase> CreateAsync(params MigrationSet[] rooms)
    {
        var server = await Server.Value;
        var name = $"test_{Interlocked.Increment(ref count)}";
        await server.EnsureDatabaseAsync(name, CancellationToken.None);
        var connectionString = server.ConnectionString(name) + ";Maximum Pool Size=30";
        var dataSource = PostgresDataSource.Create(connectionString, "scaidrive-test");
        await new Migrator(dataSource).MigrateAsync(rooms, CancellationToken.None);
        return new TestDatabase(connectionString, dataSource);
    }

    public async ValueTask DisposeAsync() => await DataSource.DisposeAsync();

    private static async Task<EmbeddedPostgres> StartServerAsync()
    {
        var directory = Directory.CreateTempSubdirectory("scaidrive-test-");
        // Its owner on the server side is another account, which must be able to pass through.
        directory.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        var server = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions(directory.FullName) { Durable = false, SharedBuffers = "64MB", MaxConnections = 300 },
            TimeProvider.System,
            CancellationToken.None);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
            directory.Delete(recursive: true);
        };
        return server;
    }
}
