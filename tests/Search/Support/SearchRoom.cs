using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Embedding.Providers.Health;
using ScaiDrive.Search.Index;
using ScaiDrive.Search.Index.Local;
using ScaiDrive.Search.Ledger;
using ScaiDrive.Search.Query;
using ScaiDrive.Store;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Search.Tests.Support;

/// <summary>A database with this room's tables, and any number of nodes that follow it.</summary>
internal sealed class SearchRoom : IAsyncDisposable
{
    public const string Tenant = "tnt_one";

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("scaidrive-search-");
    private readonly List<LocalIndex> _nodes = [];
    private readonly SearchMetrics _metrics = new();

    private SearchRoom(TestDatabase database)
    {
        Database = database;
        Writer = new(database.DataSource, _metrics);
        Ledger = new(database.DataSource, new Dictionary<string, string> { ["ocr_disabled"] = "Switch OCR on." });
        Node = NewNode("node");
        Watch = new(database.DataSource, _metrics, [], Time, NullLogger<ProviderWatch>.Instance);
        Providers = new(database.DataSource, [new LocalProviderFactory(() => Vectors)], Watch, Time);
        Upkeep = new(database.DataSource, Options("upkeep"), _metrics, Time, NullLogger<SearchUpkeep>.Instance);
        Service = new(Node, Providers, new(Node, database.DataSource), _metrics);
    }

    public static CancellationToken Stop => CancellationToken.None;

    public TestDatabase Database { get; }

    public Database DataSource => Database.DataSource;

    public FakeTimeProvider Time { get; } = new();

    public IndexWriter Writer { get; }

    public FileLedger Ledger { get; }

    public WordVectors Vectors { get; } = new();

    public ProviderWatch Watch { get; }

    public EmbeddingProviders Providers { get; }

    public SearchUpkeep Upkeep { get; }

    public LocalIndex Node { get; private set; }

    public SearchService Service { get; private set; }

    public TextChunker Chunker { get; } = new(new WordCounter(), new ChunkOptions { TargetTokens = 60, OverlapTokens = 15 });

    public static async Task<SearchRoom> CreateAsync()
    {
        var room = new SearchRoom(await TestDatabase.CreateAsync(SearchSchema.Migrations));
        await room.ExecuteAsync("""
            INSERT INTO search.provider (tenant_id, id, name, type, model, dimensions, is_default)
            SELECT t, 'prv_words', 'Words', 'local', 'words-64', 64, true FROM unnest(ARRAY['tnt_one', 'tnt_two']) t;
            """);
        return room;
    }

    public SearchOptions Options(string node) => new()
    {
        DataDirectory = Path.Combine(_root.FullName, node),
        LogRetention = TimeSpan.Zero,
        CacheRetention = TimeSpan.Zero,
    };

    public LocalIndex NewNode(string name)
    {
        var node = new LocalIndex(DataSource, Options(name), TimeProvider.System, NullLogger<LocalIndex>.Instance);
        _nodes.Add(node);
        return node;
    }

    /// <summary>The process of the node ends and another one starts on the same files.</summary>
    public LocalIndex RestartNode()
    {
        Node.Dispose();
        Node = NewNode("node");
        Service = new(Node, Providers, new(Node, DataSource), _metrics);
        return Node;
    }

    public static string HashOf(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)));

    public static IndexedFile File(
        string id, string name, string content = "", string share = "shr_a", string? folder = null, string at = "/",
        string type = "text/plain", int version = 1) =>
        new(id, share, folder, name, at + name, type, content.Length, new(2025, 3, 1, 12, 0, 0, TimeSpan.Zero), HashOf(content), version);

    public async Task CommitAsync(Func<NpgsqlTransaction, Task> work)
    {
        await using var connection = await DataSource.OpenConnectionAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        await work(transaction);
        await transaction.CommitAsync(Stop);
    }

    public async Task ExecuteAsync(string sql)
    {
        // More than one statement may stand in it.
        await using var connection = await DataSource.OpenConnectionAsync(Stop);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Stop);
    }

    public async Task<long> CountAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }

    /// <summary>A file takes the whole way: name, chunks, vectors.</summary>
    public Task AddAsync(IndexedFile file, string content, string tenant = Tenant, bool vectors = true) => CommitAsync(async transaction =>
    {
        await Writer.UpsertFilesAsync(transaction, tenant, [file], Stop);
        var chunks = Chunker.Split([new(1, content, [])]);
        Assert.True(await Writer.ReplaceChunksAsync(transaction, tenant, file.FileId, file.ContentHash, "text", null, chunks, Stop));
        if (!vectors)
            return;
        await Writer.SaveVectorsAsync(
            transaction, tenant, WordVectors.Model, [.. chunks.Select(chunk => (chunk.Hash, WordVectors.Of(chunk.Text)))], Stop);
        Assert.True(await Writer.MarkEmbeddedAsync(transaction, tenant, file.FileId, file.ContentHash, WordVectors.Model, Stop));
    });

    public Task AddAsync(string id, string name, string content) => AddAsync(File(id, name, content), content);

    public Task RemoveAsync(params string[] ids) => CommitAsync(transaction => Writer.RemoveFilesAsync(transaction, Tenant, ids, Stop));

    public static SearchRequest Request(string query, int limit = 50, int offset = 0) =>
        new() { TenantId = Tenant, Query = query, Limit = limit, Offset = offset };

    public async Task<IReadOnlyList<string>> FindAsync(SearchRequest request, LocalIndex? node = null)
    {
        node ??= Node;
        await node.CatchUpAsync(request.TenantId, Stop);
        var ranking = await node.KeywordAsync(new(request, request.Offset, request.Limit), Stop);
        return [.. ranking.Files.Select(file => file.FileId)];
    }

    public Task<IReadOnlyList<string>> FindAsync(string query, LocalIndex? node = null) => FindAsync(Request(query), node);

    public async Task<IReadOnlyList<(string FileId, double Score)>> NearAsync(string text, LocalIndex? node = null, SearchRequest? request = null)
    {
        node ??= Node;
        request ??= Request(text);
        await node.CatchUpAsync(request.TenantId, Stop);
        var ranking = await node.SemanticAsync(new(request, request.Offset, request.Limit), WordVectors.Model, WordVectors.Of(text), Stop);
        return [.. ranking.Files.Select(file => (file.FileId, Math.Round(file.Score, 5)))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            node.Dispose();
        _metrics.Dispose();
        await Database.DisposeAsync();
        _root.Delete(recursive: true);
    }
}
