using Npgsql;
using ScaiDrive.Store;
using ScaiDrive.Store.Embedded;

namespace ScaiDrive.Tests.Support;

/// <summary>A fresh database in a private server that the whole test process shares and that ends with it.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private static readonly Lazy<Task<EmbeddedPostgres>> Server = new(StartServerAsync);
    private static int count;

    private const string FolderPrefix = "scaidrive-test-";

    private TestDatabase(string connectionString, Database dataSource) =>
        (ConnectionString, DataSource) = (connectionString, dataSource);

    public string ConnectionString { get; }

    public Database DataSource { get; }

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
        SweepFoldersOfDeadRuns();
        var directory = Directory.CreateTempSubdirectory($"{FolderPrefix}{Environment.ProcessId}-");
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

    // A test host is killed when its end takes long, and a cluster of hundreds of databases takes long to delete.
    private static void SweepFoldersOfDeadRuns()
    {
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), FolderPrefix + "*"))
        {
            if (!int.TryParse(Path.GetFileName(folder)[FolderPrefix.Length..].Split('-')[0], out var owner) || Directory.Exists($"/proc/{owner}"))
                continue;
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                // Another run sweeps at the same time, or its server is still ending.
            }
        }
    }
}
