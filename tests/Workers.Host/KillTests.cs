using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using ScaiDrive.Drive;
using ScaiDrive.Store;
using ScaiDrive.Store.Embedded;

namespace ScaiDrive.Workers.Host.Tests;

/// <summary>Pulls the plug: the whole host is killed at random moments of its work, and the end state must be as if it never was.</summary>
public sealed class KillTests
{
    private const int Kills = 20;

    [Fact]
    public async Task A_host_killed_at_twenty_random_moments_loses_nothing_and_does_nothing_twice()
    {
        using var work = new WorkFolder();
        work.AddSamples();
        work.AddTexts(60);
        var random = new Random(7);
        for (var i = 0; i < Kills; i++)
        {
            await using (var host = HostProcess.Start(["up", work.Files, "--data", work.Data, "--port", "0"]))
            {
                // Some die while the server starts, most in the middle of listing, extracting, indexing and embedding.
                if (i % 5 != 0)
                    await host.Ready;
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(20, 1500)), TimeProvider.System);
                await host.KillAsync();
            }

            work.AddTexts(8);
            work.Shuffle(6);
        }

        var (exitCode, output, errors) = await HostProcess.RunAsync(["up", work.Files, "--once", "--data", work.Data, "--port", "0"]);

        Assert.True(exitCode == 0, errors);
        var summary = HostProcess.Summary(output);
        Assert.Equal(Directory.EnumerateFiles(work.Files, "*", SearchOption.AllDirectories).Count(), summary["files"]!.GetValue<int>());
        Assert.Equal(0, summary["failed"]!.GetValue<int>());
        await AssertNoChildIsLeftAsync(work.Data);
        await AssertEndStateAsync(work);
    }

    private static async Task AssertEndStateAsync(WorkFolder work)
    {
        await using var server = await EmbeddedPostgres.StartAsync(
            new EmbeddedPostgresOptions(Path.Combine(work.Data, "postgres")), TimeProvider.System, CancellationToken.None);
        await using var database = PostgresDataSource.Create(server.ConnectionString("scaidrive"), "test");

        var expected = Directory.EnumerateFiles(work.Files, "*", SearchOption.AllDirectories)
            .ToDictionary(file => "/" + Path.GetRelativePath(work.Files, file), file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))));
        var stored = new Dictionary<string, string>();
        await foreach (var (path, hash) in QueryAsync(database, "SELECT path, content_hash FROM files WHERE NOT is_deleted"))
            stored.Add(path, hash);
        Assert.Equal(expected.OrderBy(file => file.Key, StringComparer.Ordinal), stored.OrderBy(file => file.Key, StringComparer.Ordinal));

        // One index entry per file and none beside, and every text chunk once.
        Assert.Equal(0, await CountAsync(database, "SELECT count(*) FROM search.file f WHERE NOT EXISTS (SELECT 1 FROM files d WHERE d.id = f.file_id AND NOT d.is_deleted AND d.content_hash = f.content_hash)"));
        Assert.Equal(0, await CountAsync(database, "SELECT count(*) FROM files d WHERE NOT d.is_deleted AND NOT EXISTS (SELECT 1 FROM search.file f WHERE f.file_id = d.id)"));
        Assert.Equal(0, await CountAsync(database, "SELECT count(*) FROM search.text_chunk c WHERE NOT EXISTS (SELECT 1 FROM search.file f WHERE f.file_id = c.file_id AND f.chunks_hash = f.content_hash)"));
        // Nothing twice: each piece of work was completed once, and bytes that did not change made no version.
        Assert.Equal(0, await CountAsync(database, "SELECT count(*) FROM (SELECT 1 FROM queue.job_row WHERE state = 'completed' AND unique_key IS NOT NULL AND kind <> 'sync-connector' GROUP BY tenant_id, kind, unique_key HAVING count(*) > 1) d"));
        Assert.Equal(0, await CountAsync(database, "SELECT count(*) FROM file_versions a JOIN file_versions b ON b.tenant_id = a.tenant_id AND b.file_id = a.file_id AND b.version = a.version + 1 WHERE a.content_hash = b.content_hash"));
        Assert.Equal(0, await CountAsync(database, "SELECT count(*) FROM search.file f WHERE f.chunk_count <> (SELECT count(*) FROM search.text_chunk c WHERE c.tenant_id = f.tenant_id AND c.file_id = f.file_id)"));
        Assert.Equal(0, await CountAsync(database, "SELECT count(*) FROM queue.job_row WHERE state IN ('available', 'scheduled', 'running', 'retryable', 'discarded')"));

        var content = new ContentStore(new ContentStoreOptions { Root = Path.Combine(work.Data, "content") });
        await new ContentCollector(database, content, TimeProvider.System).CollectAsync(TimeSpan.Zero, CancellationToken.None);
        var known = new HashSet<string>();
        await foreach (var (hash, _) in QueryAsync(database, "SELECT DISTINCT chunk_hash, '' FROM version_chunks"))
            known.Add(hash);
        var onDisk = Directory.EnumerateFiles(Path.Combine(work.Data, "content"), "*", SearchOption.AllDirectories).Select(Path.GetFileName).ToHashSet();
        Assert.Equal(known.Order(StringComparer.Ordinal), onDisk.Order(StringComparer.Ordinal)!);
    }

    private static async Task AssertNoChildIsLeftAsync(string data)
    {
        // Whatever the host starts carries the data directory or its own temporary folder on its command line.
        for (var i = 0; i < 50 && Left().Any(); i++)
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        Assert.Empty(Left());

        IEnumerable<string> Left() =>
            Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out _))
                .Select(path => { try { return File.ReadAllText(path + "/cmdline").Replace('\0', ' '); } catch (IOException) { return ""; } })
                .Where(commandLine => commandLine.Contains(data, StringComparison.Ordinal));
    }

    private static async IAsyncEnumerable<(string, string)> QueryAsync(Database database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            yield return (rows.GetString(0), rows.GetString(1));
    }

    private static async Task<long> CountAsync(Database database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
