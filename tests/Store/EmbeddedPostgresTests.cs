using System.Diagnostics;
using Npgsql;
using ScaiDrive.Store.Embedded;

namespace ScaiDrive.Store.Tests;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private static readonly CancellationToken Stop = new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token;
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("scaidrive-embedded-");

    public EmbeddedPostgresTests() => directory.UnixFileMode |= UnixFileMode.OtherExecute;

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public async Task What_was_committed_is_there_after_a_stop_and_after_a_kill()
    {
        await using (var first = await StartAsync())
            await ExecuteAsync(first, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)");

        var second = await StartAsync();
        await ExecuteAsync(second, "INSERT INTO kept VALUES (2)");
        using (var server = Process.GetProcessById(second.ProcessId))
            server.Kill();
        await second.Exited;
        await second.DisposeAsync();

        await using var third = await StartAsync();
        await using var connection = new NpgsqlConnection(third.ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync(Stop);
        await using var count = new NpgsqlCommand("SELECT count(*) FROM kept", connection);
        Assert.Equal(2L, await count.ExecuteScalarAsync(Stop));
    }

    [Fact]
    public async Task A_start_that_died_while_making_the_cluster_leaves_nothing_in_the_way()
    {
        Directory.CreateDirectory(Path.Combine(directory.FullName, "cluster.new-1", "base"));
        File.WriteAllText(Path.Combine(directory.FullName, "cluster.new-1", "PG_VERSION"), "15\n");

        await using var server = await StartAsync();

        await ExecuteAsync(server, "SELECT 1");
        Assert.False(Directory.Exists(Path.Combine(directory.FullName, "cluster.new-1")));
    }

    [Fact]
    public async Task Nobody_connects_without_the_password_and_only_loopback_listens()
    {
        await using var server = await StartAsync();
        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString("postgres")) { Password = "guess", Pooling = false, Host = "127.0.0.1" };
        await using var connection = new NpgsqlConnection(wrong.ConnectionString);

        var fault = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(Stop));

        Assert.Equal(PostgresErrorCodes.InvalidPassword, fault.SqlState);
        await using var right = new NpgsqlConnection(server.ConnectionString("postgres") + ";Pooling=false");
        await right.OpenAsync(Stop);
        await using var show = new NpgsqlCommand("SHOW listen_addresses", right);
        Assert.Equal("127.0.0.1", await show.ExecuteScalarAsync(Stop));
    }

    private Task<EmbeddedPostgres> StartAsync() =>
        EmbeddedPostgres.StartAsync(new EmbeddedPostgresOptions(directory.FullName) { SharedBuffers = "32MB" }, TimeProvider.System, Stop);

    private static async Task ExecuteAsync(EmbeddedPostgres server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
