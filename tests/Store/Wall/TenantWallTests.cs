using Npgsql;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Store.Tests.Wall;

public sealed class TenantWallTests
{
    private const string Schema = """
        CREATE TABLE house (id text PRIMARY KEY, name text NOT NULL);
        CREATE TABLE note (tenant_id text NOT NULL REFERENCES house (id), id integer NOT NULL, PRIMARY KEY (tenant_id, id));
        CREATE VIEW note_view AS SELECT * FROM note;
        CREATE TABLE parted (tenant_id text NOT NULL, id integer NOT NULL) PARTITION BY RANGE (id);
        CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (10);
        CREATE TABLE fleet_secret (word text);
        INSERT INTO house VALUES ('tnt_a', 'A'), ('tnt_b', 'B');
        INSERT INTO note VALUES ('tnt_a', 1), ('tnt_a', 2), ('tnt_b', 3);
        INSERT INTO parted VALUES ('tnt_a', 1), ('tnt_a', 2), ('tnt_b', 3);
        INSERT INTO fleet_secret VALUES ('word');
        """;

    [Theory]
    [InlineData("note")]
    [InlineData("note_view")]
    [InlineData("parted")]
    [InlineData("parted_low")]
    [InlineData("house", 1, 1)]
    public async Task A_statement_without_a_filter_sees_no_other_tenant(string table, long ofA = 2, long ofB = 1)
    {
        await using var database = await CreateAsync();

        Assert.Equal(ofA + ofB, await CountAsync(database.DataSource, table));
        using (TenantWall.Enter("tnt_a"))
            Assert.Equal(ofA, await CountAsync(database.DataSource, table));
        using (TenantWall.Enter("tnt_b"))
            Assert.Equal(ofB, await CountAsync(database.DataSource, table));
        using (TenantWall.Enter("tnt_c"))
            Assert.Equal(0, await CountAsync(database.DataSource, table));
    }

    [Fact]
    public async Task Nothing_can_be_written_for_another_tenant()
    {
        await using var database = await CreateAsync();
        using var wall = TenantWall.Enter("tnt_a");

        var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(database.DataSource, "INSERT INTO note VALUES ('tnt_b', 4)"));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        Assert.Equal(0, await ExecuteAsync(database.DataSource, "UPDATE note SET id = 9 WHERE tenant_id = 'tnt_b'"));
        Assert.Equal(2, await ExecuteAsync(database.DataSource, "DELETE FROM note"));
        await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(database.DataSource, "INSERT INTO house VALUES ('tnt_d', 'D')"));
        Assert.Equal(1, await ExecuteAsync(database.DataSource, "INSERT INTO note VALUES ('tnt_a', 4)"));
        using (TenantWall.Outside())
            Assert.Equal(2, await CountAsync(database.DataSource, "note"));
    }

    [Fact]
    public async Task A_table_that_is_no_tenants_is_closed_until_its_migration_grants_something()
    {
        await using var database = await CreateAsync();
        using (TenantWall.Enter("tnt_a"))
            await Assert.ThrowsAsync<PostgresException>(() => CountAsync(database.DataSource, "fleet_secret"));

        await ExecuteAsync(database.DataSource, "GRANT SELECT ON fleet_secret TO scaidrive_tenant");
        using (TenantWall.Enter("tnt_a"))
            Assert.Equal(1, await CountAsync(database.DataSource, "fleet_secret"));
    }

    [Fact]
    public async Task Transactions_and_batches_stay_behind_the_wall()
    {
        await using var database = await CreateAsync();
        using var wall = TenantWall.Enter("tnt_a");

        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var count = new Statement(transaction, "SELECT count(*) FROM note"))
            Assert.Equal(2L, await count.ExecuteScalarAsync());
        await transaction.RollbackAsync();
        await using (var count = new Statement(connection, "SELECT count(*) FROM note"))
            Assert.Equal(2L, await count.ExecuteScalarAsync());

        await using var batch = database.DataSource.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT count(*) FROM note"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT count(*) FROM house"));
        await using var rows = await batch.ExecuteReaderAsync();
        Assert.True(await rows.ReadAsync());
        Assert.Equal(2, rows.GetInt64(0));
        Assert.True(await rows.NextResultAsync());
        Assert.True(await rows.ReadAsync());
        Assert.Equal(1, rows.GetInt64(0));
    }

    [Fact]
    public async Task A_connection_carries_neither_role_nor_tenant_to_whoever_comes_next()
    {
        await using var database = await CreateAsync();
        await using var single = PostgresDataSource.Create(database.ConnectionString + ";Maximum Pool Size=1", "test");
        using (TenantWall.Enter("tnt_a"))
        {
            Assert.Equal(2, await CountAsync(single, "note"));
            await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(single, "SELECT 1 / 0"));
            await using var connection = await single.OpenConnectionAsync();
        }

        using (TenantWall.Enter("tnt_b"))
            Assert.Equal(1, await CountAsync(single, "note"));
        Assert.Equal(3, await CountAsync(single, "note"));
        await using var who = single.CreateCommand("SELECT current_user = session_user AND coalesce(current_setting('scaidrive.tenant_id', true), '') = ''");
        Assert.Equal(true, await who.ExecuteScalarAsync());
    }

    [Fact]
    public async Task The_wall_follows_await_and_ends_with_its_scope()
    {
        await using var database = await CreateAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            using var wall = TenantWall.Enter(i % 2 == 0 ? "tnt_a" : "tnt_b");
            for (var again = 0; again < 10; again++)
            {
                await Task.Yield();
                Assert.Equal(i % 2 == 0 ? 2 : 1, await CountAsync(database.DataSource, "note"));
            }
        }));
        Assert.Equal(3, await CountAsync(database.DataSource, "note"));
    }

    [Fact]
    public async Task Work_that_outlives_its_request_is_refused_unless_it_was_started_outside()
    {
        await using var database = await CreateAsync();
        var ended = new TaskCompletionSource();
        Task<long> late, outside;
        using (TenantWall.Enter("tnt_a"))
        {
            late = LaterAsync();
            using (TenantWall.Outside())
                outside = LaterAsync();
        }

        ended.SetResult();

        await Assert.ThrowsAsync<InvalidOperationException>(() => late);
        Assert.Equal(3, await outside);

        async Task<long> LaterAsync()
        {
            await ended.Task;
            return await CountAsync(database.DataSource, "note");
        }
    }

    [Fact]
    public async Task A_wall_that_stands_is_not_built_again_and_one_with_a_gap_is_mended()
    {
        await using var database = await CreateAsync();
        var before = await StateAsync();
        await new Migrator(database.DataSource).MigrateAsync([], CancellationToken.None);
        Assert.Equal(before, await StateAsync());

        await ExecuteAsync(database.DataSource, """
            DROP POLICY tenant_wall ON note; CREATE POLICY tenant_wall ON note TO scaidrive_tenant USING (true);
            ALTER TABLE parted_low DISABLE ROW LEVEL SECURITY; ALTER VIEW note_view RESET (security_invoker)
            """);
        await new Migrator(database.DataSource).MigrateAsync([], CancellationToken.None);
        using (TenantWall.Enter("tnt_b"))
        {
            Assert.Equal(1, await CountAsync(database.DataSource, "note"));
            Assert.Equal(1, await CountAsync(database.DataSource, "note_view"));
            Assert.Equal(1, await CountAsync(database.DataSource, "parted_low"));
        }

        async Task<string> StateAsync()
        {
            await using var command = database.DataSource.CreateCommand("""
                SELECT (SELECT string_agg(oid || ' ' || xmin, ',' ORDER BY oid) FROM pg_policy)
                    || (SELECT string_agg(oid || ' ' || xmin, ',' ORDER BY oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace)
                """);
            return (string)(await command.ExecuteScalarAsync())!;
        }
    }

    private static async Task<TestDatabase> CreateAsync()
    {
        var database = await TestDatabase.CreateAsync();
        await ExecuteAsync(database.DataSource, Schema);
        await new Migrator(database.DataSource).MigrateAsync([], CancellationToken.None);
        return database;
    }

    private static async Task<long> CountAsync(Database database, string table)
    {
        await using var command = database.CreateCommand($"SELECT count(*) FROM {table}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<int> ExecuteAsync(Database database, string sql)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }
}
