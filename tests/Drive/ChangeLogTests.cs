using Npgsql;

namespace ScaiDrive.Drive.Tests;

public sealed class ChangeLogTests
{
    [Fact]
    public async Task A_writer_waits_with_its_numbers_until_the_one_before_it_has_committed()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var start = await sandbox.LastChangeAsync();
        await using var first = await OpenWriter.BeginAsync(sandbox);
        await using var second = await OpenWriter.BeginAsync(sandbox);
        var late = await first.Writer.CreateFileAsync(await sandbox.NewFileAsync("first"), Sandbox.Stop);
        var early = await second.Writer.CreateFileAsync(await sandbox.NewFileAsync("second"), Sandbox.Stop);

        await first.Writer.CompleteAsync(Sandbox.Stop);
        var completing = second.Writer.CompleteAsync(Sandbox.Stop);
        await sandbox.UntilWaitingAsync(second.Connection, completing);
        Assert.Empty(await sandbox.ChangesAsync(start));
        await first.CommitAsync();
        await completing;
        var seen = Assert.Single(await sandbox.ChangesAsync(start));
        await second.CommitAsync();

        Assert.Equal(late.Id, seen.ResourceId);
        Assert.Equal(early.Id, Assert.Single(await sandbox.ChangesAsync(seen.Number)).ResourceId);
    }

    [Fact]
    public async Task Tenants_do_not_wait_for_each_other()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await using var neighbour = await Sandbox.CreateAsync();
        await using var open = await OpenWriter.BeginAsync(sandbox);
        await open.Writer.CreateFileAsync(await sandbox.NewFileAsync("a"), Sandbox.Stop);
        await open.Writer.CompleteAsync(Sandbox.Stop);

        await neighbour.CreateFileAsync("b");

        Assert.DoesNotContain(await sandbox.ChangesAsync(), change => change.ResourceType == ResourceType.File);
    }

    [Fact]
    public async Task A_reader_that_follows_many_writers_misses_nothing()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        const int writers = 8, files = 30;
        var content = await sandbox.StoreAsync("same");
        var writing = Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < files; i++)
            {
                await sandbox.WriteAsync(async writer =>
                {
                    for (var j = 0; j <= i % 3; j++)
                        await writer.CreateFileAsync(new(sandbox.ShareId, null, $"{w} {i} {j}", content, "text/plain", Sandbox.Modified), Sandbox.Stop);
                });
            }
        })));

        var seen = new List<Change>();
        for (var last = false; ;)
        {
            var some = await sandbox.ChangesAsync(seen.Count > 0 ? seen[^1].Number : 0);
            seen.AddRange(some);
            if (last && some.Count == 0)
                break;
            // What was committed before this is seen in the next round at the latest.
            last = writing.IsCompleted;
        }

        await writing;
        Assert.Equal(await sandbox.ChangesAsync(), seen);
        Assert.Equal(writers * files * 2, seen.Count(change => change.ResourceType == ResourceType.File));
        Assert.Equal(seen.Select(change => change.Number), seen.Select(change => change.Number).Order());
    }

    [Fact]
    public async Task What_a_listener_writes_exists_if_and_only_if_the_change_does()
    {
        var effects = new RecordingListener(async (tx, changes) =>
        {
            await using var insert = new NpgsqlCommand("INSERT INTO tenants (id, name) VALUES ($1, 'effect')", tx.Connection, tx)
            {
                Parameters = { new() { Value = "effect_" + changes[0].ResourceId } },
            };
            await insert.ExecuteNonQueryAsync();
        });
        await using var sandbox = await Sandbox.CreateAsync(effects);
        var start = await sandbox.LastChangeAsync();

        string lost;
        await using (var open = await OpenWriter.BeginAsync(sandbox))
        {
            lost = (await open.Writer.CreateFileAsync(await sandbox.NewFileAsync("a"), Sandbox.Stop)).Id;
            await open.Writer.CompleteAsync(Sandbox.Stop);
            Assert.Equal(lost, effects.Calls[^1][0].ResourceId);
        }

        Assert.Null(await sandbox.Drive.FindFileAsync(sandbox.TenantId, lost, Sandbox.Stop));
        Assert.Empty(await sandbox.ChangesAsync(start));
        Assert.Equal(0L, await sandbox.ScalarAsync<long>("SELECT count(*) FROM tenants WHERE id = $1", "effect_" + lost));

        var kept = await sandbox.CreateFileAsync("a");
        Assert.Equal(1L, await sandbox.ScalarAsync<long>("SELECT count(*) FROM tenants WHERE id = $1", "effect_" + kept.Id));
    }

    [Fact]
    public async Task A_listener_that_fails_fails_the_writer()
    {
        var isBroken = false;
        var listener = new RecordingListener((_, _) => isBroken ? throw new InvalidOperationException("broken") : Task.CompletedTask);
        await using var sandbox = await Sandbox.CreateAsync(listener);
        isBroken = true;

        await Assert.ThrowsAsync<InvalidOperationException>(() => sandbox.CreateFileAsync("a"));

        Assert.Equal(0L, await sandbox.ScalarAsync<long>("SELECT count(*) FROM items WHERE tenant_id = $1", sandbox.TenantId));
    }

    [Fact]
    public async Task Listeners_are_told_in_order_in_batches_of_at_most_a_thousand()
    {
        var listener = new RecordingListener();
        await using var sandbox = await Sandbox.CreateAsync(listener);
        var folder = await sandbox.CreateFolderAsync("/big");
        await BulkFiles.InsertAsync(sandbox, folder.Id, 2500);
        listener.Calls.Clear();
        var start = await sandbox.LastChangeAsync();

        await sandbox.WriteAsync(async writer =>
        {
            await writer.CreateFolderAsync(sandbox.ShareId, null, "before", Sandbox.Stop);
            await writer.DeleteFolderAsync(folder.Id, permanent: false, Sandbox.Stop);
            await writer.CreateFolderAsync(sandbox.ShareId, null, "after", Sandbox.Stop);
        });

        Assert.Equal([1000, 1000, 503], listener.Calls.Select(call => call.Count));
        var told = listener.Calls.SelectMany(call => call).ToList();
        Assert.Equal(await sandbox.ChangesAsync(start), told);
        Assert.Equal(("/before", "/big", "/after"), (told[0].NewPath, told[^2].NewPath, told[^1].NewPath));
        Assert.All(told.Skip(1).Take(2500), change => Assert.True(change.File is { IsDeleted: true, SizeBytes: 4 }));
    }

    [Fact]
    public async Task Thousands_of_single_changes_are_numbered_in_their_order()
    {
        var listener = new RecordingListener();
        await using var sandbox = await Sandbox.CreateAsync(listener);
        listener.Calls.Clear();
        var content = await sandbox.StoreAsync("same");

        await sandbox.WriteAsync(async writer =>
        {
            for (var i = 0; i < 1200; i++)
                await writer.CreateFileAsync(new(sandbox.ShareId, null, $"{i}", content, "text/plain", Sandbox.Modified), Sandbox.Stop);
        });

        Assert.Equal([1000, 200], listener.Calls.Select(call => call.Count));
        Assert.Equal(Enumerable.Range(0, 1200).Select(i => $"{i}"), listener.Calls.SelectMany(call => call).Select(change => change.File!.Name));
    }

    [Fact]
    public async Task Nothing_changed_tells_nobody()
    {
        var listener = new RecordingListener();
        await using var sandbox = await Sandbox.CreateAsync(listener);
        listener.Calls.Clear();
        await sandbox.WriteAsync(writer => writer.EnsureShareAsync("Share", Sandbox.Stop));
        Assert.Empty(listener.Calls);
    }

    [Fact]
    public async Task A_change_keeps_where_it_came_from_and_who_made_it()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var file = await sandbox.NewFileAsync("a");
        await sandbox.WriteAsync(writer => writer.CreateFileAsync(file, Sandbox.Stop), ChangeOrigin.Import("cnn_1"));

        var changes = await sandbox.ChangesAsync();
        Assert.Equal(
            [(ResourceType.Share, ChangeOrigin.Interactive()), (ResourceType.File, ChangeOrigin.Import("cnn_1"))],
            changes.Select(change => (change.ResourceType, change.Origin)));
        Assert.All(changes, change => Assert.Equal("usr_test", change.ChangedBy));
    }

    [Fact]
    public async Task Numbers_do_not_begin_again_when_the_log_was_pruned()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var last = await sandbox.LastChangeAsync();
        await sandbox.ExecuteAsync("DELETE FROM changes WHERE tenant_id = $1", sandbox.TenantId);
        await sandbox.CreateFileAsync("a");
        Assert.True(await sandbox.LastChangeAsync() > last);
    }

    [Fact]
    public async Task A_complete_writer_writes_no_more()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await using var open = await OpenWriter.BeginAsync(sandbox);
        await open.Writer.CompleteAsync(Sandbox.Stop);
        await Assert.ThrowsAsync<InvalidOperationException>(() => open.Writer.EnsureShareAsync("x", Sandbox.Stop));
        await Assert.ThrowsAsync<InvalidOperationException>(() => open.Writer.CompleteAsync(Sandbox.Stop));
    }
}

/// <summary>A writer whose transaction the test commits, or drops.</summary>
public sealed class OpenWriter : IAsyncDisposable
{
    private readonly NpgsqlTransaction transaction;

    private OpenWriter(NpgsqlConnection connection, NpgsqlTransaction transaction, DriveWriter writer) =>
        (Connection, this.transaction, Writer) = (connection, transaction, writer);

    public NpgsqlConnection Connection { get; }

    public DriveWriter Writer { get; }

    public static async Task<OpenWriter> BeginAsync(Sandbox sandbox)
    {
        var connection = await sandbox.DataSource.OpenConnectionAsync();
        var transaction = await connection.BeginTransactionAsync();
        return new OpenWriter(
            connection, transaction, sandbox.Drive.Write(transaction, sandbox.TenantId, Sandbox.UserId, ChangeOrigin.Interactive()));
    }

    public Task CommitAsync() => transaction.CommitAsync();

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }
}

/// <summary>More files than one would make one by one; without versions.</summary>
internal static class BulkFiles
{
    internal static async Task InsertAsync(Sandbox sandbox, string parentId, int count)
    {
        var content = await sandbox.StoreAsync("bulk");
        await sandbox.ExecuteAsync(
            """
            INSERT INTO items (tenant_id, id, share_id, parent_id, kind, name, mime_type, size_bytes, content_hash, version,
                               owner_id, created_by, modified_by, created_at, modified_at)
            SELECT $1, 'fil_' || $1 || i, $2, $3, 'file', md5(i::text) || '.txt', 'text/plain', 4, $4, 1, 'u', 'u', 'u', now(), now()
            FROM generate_series(1, $5) i
            """,
            sandbox.TenantId, sandbox.ShareId, parentId, content.Sha256, count);
    }
}
