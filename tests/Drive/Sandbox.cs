using System.Security.Cryptography;
using System.Text;
using Npgsql;
using ScaiDrive.Store;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Drive.Tests;

/// <summary>A tenant of its own in the database all tests share, and a content store of its own.</summary>
public sealed class Sandbox : IAsyncDisposable
{
    private static readonly Lazy<Task<TestDatabase>> Database = new(() => TestDatabase.CreateAsync(DriveSchema.Migrations));
    private static int count;

    private Sandbox(Database dataSource, string tenantId, string root, IChangeListener[] listeners)
    {
        (DataSource, TenantId) = (dataSource, tenantId);
        Content = new ContentStore(new ContentStoreOptions { Root = root });
        Drive = new DriveStore(dataSource, Content, listeners, TimeProvider.System);
        Collector = new ContentCollector(dataSource, Content, TimeProvider.System);
    }

    public const string UserId = "usr_test";

    public static CancellationToken Stop => CancellationToken.None;

    public static DateTimeOffset Modified { get; } = new(2024, 5, 6, 7, 8, 9, TimeSpan.Zero);

    public Database DataSource { get; }

    public string TenantId { get; }

    public ContentStore Content { get; }

    public DriveStore Drive { get; }

    public ContentCollector Collector { get; }

    public string ShareId { get; private set; } = "";

    public static async Task<Sandbox> CreateAsync(params IChangeListener[] listeners)
    {
        var database = await Database.Value;
        var tenantId = $"tnt_{Interlocked.Increment(ref count)}";
        var sandbox = new Sandbox(
            database.DataSource, tenantId, Directory.CreateTempSubdirectory("scaidrive-drive-").FullName, listeners);
        await sandbox.ExecuteAsync("INSERT INTO tenants (id, name) VALUES ($1, 'Test')", tenantId);
        sandbox.ShareId = (await sandbox.WriteAsync(writer => writer.EnsureShareAsync("Share", Stop))).Id;
        return sandbox;
    }

    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public Task<StoredContent> StoreAsync(string text) => StoreAsync(Encoding.UTF8.GetBytes(text));

    public Task<StoredContent> StoreAsync(byte[] bytes) => Content.WriteAsync(TenantId, new MemoryStream(bytes), null, Stop);

    public async Task<T> WriteAsync<T>(Func<DriveWriter, Task<T>> write, ChangeOrigin? origin = null)
    {
        await using var connection = await DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var writer = Drive.Write(transaction, TenantId, UserId, origin ?? ChangeOrigin.Interactive());
        var result = await write(writer);
        await writer.CompleteAsync(Stop);
        await transaction.CommitAsync();
        return result;
    }

    public Task WriteAsync(Func<DriveWriter, Task> write) => WriteAsync(async writer =>
    {
        await write(writer);
        return true;
    });

    public async Task<NewFile> NewFileAsync(string name, string? folderId = null, string text = "text") =>
        new(ShareId, folderId, name, await StoreAsync(text), "text/plain", Modified);

    public async Task<DriveFile> CreateFileAsync(string name, string? folderId = null, string text = "text")
    {
        var file = await NewFileAsync(name, folderId, text);
        return await WriteAsync(writer => writer.CreateFileAsync(file, Stop));
    }

    public async Task<DriveFolder> CreateFolderAsync(string path) =>
        (await WriteAsync(writer => writer.EnsureFolderAsync(ShareId, path, Stop)))!;

    /// <summary>Everything after a point, and so nothing of the set-up when asked before.</summary>
    public async Task<IReadOnlyList<Change>> ChangesAsync(long after = 0) => await Drive.ReadChangesAsync(TenantId, after, 5000, Stop);

    public async Task<long> LastChangeAsync() => await ChangesAsync() is [.., var last] ? last.Number : 0;

    public async Task<string> ReadTextAsync(string fileId, int? version = null)
    {
        using var reader = new StreamReader(await Drive.OpenContentAsync(TenantId, fileId, version, Stop));
        return await reader.ReadToEndAsync();
    }

    public async Task<int> ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = DataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = DataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Returns when this backend waits for an advisory lock; fails if what it was to do is done without.</summary>
    public async Task UntilWaitingAsync(NpgsqlConnection connection, Task doing)
    {
        while (!await ScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $1 AND locktype = 'advisory' AND NOT granted)", connection.ProcessID))
        {
            Assert.False(doing.IsCompleted, "It did not wait.");
        }
    }

    public string[] ChunksOnDisk() => Directory.GetFiles(Content.ChunksDirectory, "*", SearchOption.AllDirectories);

    public string[] Incoming() => Directory.GetFiles(Content.IncomingDirectory);

    public static void MakeOld(string path) => File.SetLastWriteTimeUtc(path, Modified.UtcDateTime);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Content.Root, recursive: true);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Keeps what it is told, and runs a callback in the transaction.</summary>
public sealed class RecordingListener(Func<NpgsqlTransaction, IReadOnlyList<Change>, Task>? then = null) : IChangeListener
{
    public List<IReadOnlyList<Change>> Calls { get; } = [];

    public async Task OnChangesAsync(NpgsqlTransaction tx, IReadOnlyList<Change> changes, CancellationToken cancellationToken)
    {
        Calls.Add(changes);
        if (then is not null)
            await then(tx, changes);
    }
}
