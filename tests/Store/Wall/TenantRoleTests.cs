using Npgsql;
using ScaiDrive.Store.Embedded;

namespace ScaiDrive.Store.Tests.Wall;

/// <summary>Roles belong to a whole server, so these have one of their own.</summary>
public sealed class TenantRoleTests : IDisposable
{
    private static readonly CancellationToken Stop = new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory($"scaidrive-test-{Environment.ProcessId}-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_user_who_may_not_make_roles_is_told_what_an_administrator_runs_and_needs_no_more_than_that()
    {
        await using var server = await ServerAsync();
        await using var admin = PostgresDataSource.Create(server.ConnectionString("postgres"), "test");
        await ExecuteAsync(admin, "CREATE ROLE \"plain user\" LOGIN PASSWORD 'plain'");
        await ExecuteAsync(admin, "CREATE DATABASE plain OWNER \"plain user\"");
        var settings = new NpgsqlConnectionStringBuilder(server.ConnectionString("plain")) { Username = "plain user", Password = "plain" };
        await using var plain = PostgresDataSource.Create(settings.ConnectionString, "test");
        await ExecuteAsync(plain, "CREATE SCHEMA room; CREATE TABLE room.note (tenant_id text); INSERT INTO room.note VALUES ('tnt_a'), ('tnt_b')");

        var fault = await Assert.ThrowsAsync<TenantRoleException>(() => new Migrator(plain).MigrateAsync([], Stop));
        Assert.Equal("plain user", fault.UserName);
        foreach (var statement in fault.Message[fault.Message.IndexOf("CREATE ROLE", StringComparison.Ordinal)..].Split(';', StringSplitOptions.RemoveEmptyEntries))
            await ExecuteAsync(admin, statement);

        // Everybody may make tables in "public" no more, and the migrator keeps its own there.
        await using (var owner = PostgresDataSource.Create(server.ConnectionString("plain"), "test"))
            await ExecuteAsync(owner, "GRANT CREATE ON SCHEMA public TO \"plain user\"");
        await new Migrator(plain).MigrateAsync([], Stop);
        await using var count = plain.CreateCommand("SELECT count(*) FROM room.note");
        Assert.Equal(2L, await count.ExecuteScalarAsync(Stop));
        using var wall = TenantWall.Enter("tnt_a");
        await using var walled = plain.CreateCommand("SELECT count(*) FROM room.note");
        Assert.Equal(1L, await walled.ExecuteScalarAsync(Stop));
    }

    [Fact]
    public async Task Databases_of_one_server_that_are_migrated_at_once_make_the_role_once()
    {
        await using var server = await ServerAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            await server.EnsureDatabaseAsync($"at_once_{i}", Stop);
            await using var database = PostgresDataSource.Create(server.ConnectionString($"at_once_{i}"), "test");
            await new Migrator(database).MigrateAsync([], Stop);
        }));
    }

    private async Task<EmbeddedPostgres> ServerAsync()
    {
        folder.UnixFileMode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions(folder.FullName) { Durable = false, SharedBuffers = "32MB", MaxConnections = 60 }, TimeProvider.System, Stop);
    }

    private static async Task ExecuteAsync(Database database, string sql)
    {
        await using var connection = await database.OpenConnectionAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
