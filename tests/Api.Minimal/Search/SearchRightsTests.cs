using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using ScaiDrive.Api.Minimal.Search;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Connectors;
using ScaiDrive.Drive;
using ScaiDrive.Extraction;
using ScaiDrive.Jobs;
using ScaiDrive.Queue;
using ScaiDrive.Search;
using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Query;
using ScaiDrive.Store;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Search;

/// <summary>Drive, its changes, the index on disk and the filter of rights together, without the last check of hits: what the engine itself finds is
/// just what may be read, after every change, and so is its total.</summary>
public sealed class SearchRightsTests : IAsyncLifetime
{
    private const string Tenant = DriveStore.LocalTenantId;
    private const string User = "usr_anna";

    private static readonly Caller Anna = new(Tenant, User, IsAdmin: false);
    private static readonly CancellationToken Stop = CancellationToken.None;

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("scaidrive-rights-");
    private readonly List<string> folders = [];
    private readonly List<string> files = [];
    private TestDatabase database = null!;
    private ServiceProvider services = null!;
    private string share = "";
    private int names;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(DriveSchema.Migrations, QueueSchema.Migrations, SearchSchema.Migrations, ConnectorsSchema.Migrations);
        var rooms = new ServiceCollection();
        rooms.AddLogging();
        rooms.AddSingleton(database.DataSource);
        rooms.AddSingleton(TimeProvider.System);
        rooms.AddSingleton<NotificationListener>();
        rooms.AddSingleton(new SecretProtector([new byte[32]]));
        rooms.AddDrive(new ContentStoreOptions { Root = Path.Combine(directory.FullName, "content") });
        rooms.AddJobQueue();
        rooms.AddConnectors(new ConnectorOptions { AllowedRoots = [] });
        rooms.AddSingleton<ITokenCounter, WordTokens>();
        rooms.AddSingleton<IEmbeddingProviderFactory>(new LocalProviderFactory(() => new SwitchableEmbedding()));
        rooms.AddSearch(new SearchOptions { DataDirectory = Path.Combine(directory.FullName, "index"), Hints = ReasonCodes.Hints });
        rooms.AddScaiDriveJobs(new JobsOptions());
        rooms.AddSingleton<HitHydrator>();
        services = rooms.BuildServiceProvider();
        await Get<DriveStore>().EnsureLocalTenantAsync(Stop);
        await ExecuteAsync("INSERT INTO users (tenant_id, id, display_name) VALUES ($1, $2, 'Anna')", Tenant, User);
        share = (await WriteAsync(writer => writer.EnsureShareAsync("Team", Stop))).Id;
    }

    public async Task DisposeAsync()
    {
        await services.DisposeAsync();
        await database.DisposeAsync();
        directory.Delete(recursive: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task After_every_change_search_finds_what_may_be_read_and_counts_nothing_else(int seed)
    {
        var random = new Random(seed);
        for (var change = 0; change < 60; change++)
        {
            await ChangeAsync(random);
            if (files.Count == 0)
                continue;
            var rights = await Get<AccessControl>().RightsOfAsync(Anna, [.. files.Select(Resource.File)], Stop);
            var readable = files.Where((_, number) => rights[number].HasFlag(Rights.Read)).Order(StringComparer.Ordinal);
            var answer = await FindAsync();
            Assert.Equal(readable, answer.Hits.Select(hit => hit.FileId).Order(StringComparer.Ordinal));
            Assert.Equal(readable.Count(), answer.Total);
        }
    }

    private async Task<SearchAnswer> FindAsync()
    {
        await Get<LocalIndex>().CatchUpAsync(Tenant, Stop);
        var request = await Get<HitHydrator>().ConfineAsync(Anna, new SearchRequest { TenantId = Tenant, Query = "plum", Limit = 1000 }, Stop);
        return await Get<SearchService>().KeywordAsync(request, Stop);
    }

    private Task ChangeAsync(Random random) => random.Next(12) switch
    {
        0 => MakeFolderAsync(random),
        < 4 => MakeFileAsync(random),
        < 8 => SayAsync(random),
        8 => InheritAsync(random),
        9 => MoveAsync(random),
        10 => ExecuteAsync("UPDATE shares SET is_public = NOT is_public WHERE id = $1", share),
        _ => ExecuteAsync("UPDATE shares SET owner_id = CASE owner_id WHEN $2 THEN 'usr_local' ELSE $2 END WHERE id = $1", share, User),
    };

    private async Task MakeFolderAsync(Random random)
    {
        var parent = FolderOrRoot(random);
        folders.Add((await WriteAsync(writer => writer.CreateFolderAsync(share, parent, $"f{names++}", Stop))).Id);
    }

    private async Task MakeFileAsync(Random random)
    {
        var content = await Get<ContentStore>().WriteAsync(Tenant, new MemoryStream([1, 2, 3]), null, Stop);
        var folder = FolderOrRoot(random);
        var file = await WriteAsync(writer => writer.CreateFileAsync(new NewFile(share, folder, $"plum {names++}.bin", content, "application/octet-stream", DateTimeOffset.UnixEpoch), Stop));
        files.Add(file.Id);
    }

    private async Task SayAsync(Random random)
    {
        var rule = new AclRule(random.Next(2) == 0 ? Principal.User(User) : Principal.Everyone, random.Next(2) == 0, Rights.Read, random.Next(4) > 0);
        await InAsync(transaction => Get<AclStore>().SetAsync(transaction, Tenant, "usr_local", Any(random), rule, Stop));
    }

    private async Task InheritAsync(Random random)
    {
        if (Any(random) is { Type: not ResourceType.Share } resource)
            await InAsync(async transaction =>
            {
                await Get<AclStore>().SetInheritanceAsync(transaction, Tenant, "usr_local", resource, random.Next(2) == 0, copyInherited: false, Stop);
                return true;
            });
    }

    private async Task MoveAsync(Random random)
    {
        if (files.Count > 0 && random.Next(2) == 0)
        {
            var file = (await Get<DriveStore>().FindFileAsync(Tenant, files[random.Next(files.Count)], Stop))!;
            var to = FolderOrRoot(random);
            await WriteAsync(writer => writer.MoveFileAsync(file.Id, to, file.Name, Stop));
        }
        else if (folders.Count > 1)
        {
            var (folder, target) = (folders[random.Next(folders.Count)], FolderOrRoot(random));
            try
            {
                await WriteAsync(async writer =>
                {
                    await writer.MoveFolderAsync(folder, target, $"f{names++}", Stop);
                    return true;
                });
            }
            catch (InvalidMoveException)
            {
                // Into itself: another change comes.
            }
        }
    }

    private string? FolderOrRoot(Random random) => random.Next(folders.Count + 1) is var number && number == folders.Count ? null : folders[number];

    private Resource Any(Random random)
    {
        Resource[] all = [Resource.Share(share), .. folders.Select(Resource.Folder), .. files.Select(Resource.File)];
        return all[random.Next(all.Length)];
    }

    private T Get<T>() where T : notnull => services.GetRequiredService<T>();

    private async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(Stop);
    }

    private Task<T> WriteAsync<T>(Func<DriveWriter, Task<T>> write) => InAsync(async transaction =>
    {
        var writer = Get<DriveStore>().Write(transaction, Tenant, DriveStore.LocalUserId, ChangeOrigin.Interactive());
        var result = await write(writer);
        await writer.CompleteAsync(Stop);
        return result;
    });

    private async Task<T> InAsync<T>(Func<NpgsqlTransaction, Task<T>> work)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        var result = await work(transaction);
        await transaction.CommitAsync(Stop);
        return result;
    }
}
