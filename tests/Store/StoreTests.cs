using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Store.Tests;

public sealed class NotificationListenerTests
{
    private static readonly CancellationToken Stop = new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Fact]
    public async Task A_notification_is_heard_also_after_its_connection_was_killed()
    {
        await using var database = await TestDatabase.CreateAsync();
        var listener = new NotificationListener(database.DataSource, TimeProvider.System, NullLogger<NotificationListener>.Instance);
        await using var wakeUps = listener.ListenAsync("jobs", TimeSpan.FromSeconds(20), Stop).GetAsyncEnumerator(Stop);

        Assert.True(await wakeUps.MoveNextAsync());
        Assert.Null(wakeUps.Current);
        await NotifyAsync(database, "one");
        Assert.True(await wakeUps.MoveNextAsync());
        Assert.Equal("one", wakeUps.Current);

        await ExecuteAsync(database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()");
        Assert.True(await wakeUps.MoveNextAsync());
        Assert.Null(wakeUps.Current);
        await NotifyAsync(database, "two");
        Assert.True(await wakeUps.MoveNextAsync());
        Assert.Equal("two", wakeUps.Current);
    }

    [Fact]
    public async Task Silence_still_wakes_the_listener()
    {
        await using var database = await TestDatabase.CreateAsync();
        var listener = new NotificationListener(database.DataSource, TimeProvider.System, NullLogger<NotificationListener>.Instance);
        var wakeUps = 0;
        await foreach (var payload in listener.ListenAsync("jobs", TimeSpan.FromMilliseconds(20), Stop))
        {
            Assert.Null(payload);
            if (++wakeUps == 3)
                break;
        }

        Assert.Equal(3, wakeUps);
    }

    private static Task NotifyAsync(TestDatabase database, string payload) => ExecuteAsync(database, $"SELECT pg_notify('jobs', '{payload}')");

    private static async Task ExecuteAsync(TestDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }
}

public sealed class MigratorTests
{
    [Fact]
    public async Task Two_processes_that_migrate_at_once_apply_each_script_once()
    {
        await using var database = await TestDatabase.CreateAsync();
        var rooms = new[] { new MigrationSet("sample", typeof(MigratorTests).Assembly) };

        var applied = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => new Migrator(database.DataSource).MigrateAsync(rooms, default)));

        Assert.Equal(["sample/0001_make_a_table", "sample/0002_fill_it"], Assert.Single(applied, names => names.Count > 0));
        Assert.Empty(await new Migrator(database.DataSource).PendingAsync(rooms, default));
    }

    [Fact]
    public async Task A_script_that_was_applied_with_other_text_stops_the_migration()
    {
        await using var database = await TestDatabase.CreateAsync();
        var rooms = new[] { new MigrationSet("sample", typeof(MigratorTests).Assembly) };
        await new Migrator(database.DataSource).MigrateAsync(rooms, default);
        await using (var command = database.DataSource.CreateCommand("UPDATE public.schema_migration SET checksum = 'other' WHERE name LIKE '0001%'"))
            await command.ExecuteNonQueryAsync();

        var fault = await Assert.ThrowsAsync<SchemaMismatchException>(() => new Migrator(database.DataSource).MigrateAsync(rooms, default));

        Assert.Equal("sample/0001_make_a_table", fault.Migration);
    }

    [Fact]
    public async Task A_breaking_change_of_a_newer_build_is_refused_and_another_one_is_not()
    {
        await using var database = await TestDatabase.CreateAsync();
        var rooms = new[] { new MigrationSet("sample", typeof(MigratorTests).Assembly) };
        await new Migrator(database.DataSource).MigrateAsync(rooms, default);
        await using (var newer = database.DataSource.CreateCommand("INSERT INTO public.schema_migration VALUES ('sample', '0003_more', 'x')"))
            await newer.ExecuteNonQueryAsync();
        Assert.Empty(await new Migrator(database.DataSource).MigrateAsync(rooms, default));

        await using (var breaking = database.DataSource.CreateCommand("INSERT INTO public.schema_migration VALUES ('sample', '0004_less_breaking', 'x')"))
            await breaking.ExecuteNonQueryAsync();
        await Assert.ThrowsAsync<SchemaMismatchException>(() => new Migrator(database.DataSource).MigrateAsync(rooms, default));
    }
}

public sealed class SecretProtectorTests
{
    private static readonly byte[] Old = RandomNumberGenerator.GetBytes(32);
    private static readonly byte[] New = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public void A_secret_comes_back_under_any_configured_key_and_is_stored_under_the_first()
    {
        var stored = new SecretProtector([Old]).Protect("hunter2 ✓");

        Assert.Equal("hunter2 ✓", new SecretProtector([New, Old]).Unprotect(stored));
        Assert.Throws<CryptographicException>(() => new SecretProtector([New]).Unprotect(stored));
        Assert.DoesNotContain("hunter2", stored, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_changed_character_is_noticed()
    {
        var protector = new SecretProtector([New]);
        var stored = protector.Protect("secret");
        for (var i = 0; i < stored.Length - 1; i++)
        {
            var changed = stored.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            Assert.ThrowsAny<CryptographicException>(() => protector.Unprotect(new string(changed)));
        }
    }
}

public sealed class PostgresDataSourceTests
{
    [Theory]
    [InlineData("postgresql://u:p%40ss@db:6543/drive?sslmode=require")]
    [InlineData("postgresql+asyncpg://u:p%40ss@db:6543/drive")]
    [InlineData("Host=db;Port=6543;Username=u;Password=p@ss;Database=drive")]
    public void Every_form_of_address_is_read(string address)
    {
        var settings = PostgresDataSource.Parse(address);

        Assert.Equal(("db", 6543, "u", "p@ss", "drive"), (settings.Host, settings.Port, settings.Username, settings.Password, settings.Database));
    }

    [Theory]
    [InlineData("mysql+asyncmy://user:secret@host:3306/scaidrive")]
    [InlineData("not an address secret")]
    [InlineData("postgresql://u:secret@db/drive?nonsense=1")]
    public void A_bad_address_is_refused_without_repeating_its_password(string address)
    {
        var fault = Assert.Throws<FormatException>(() => PostgresDataSource.Parse(address));

        Assert.Contains("postgresql://", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_that_sits_idle_is_ended_by_the_server_within_seconds()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var show = database.DataSource.CreateCommand("SHOW idle_in_transaction_session_timeout");

        Assert.Equal("10s", await show.ExecuteScalarAsync());
    }
}
