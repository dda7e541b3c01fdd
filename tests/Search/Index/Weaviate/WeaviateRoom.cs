using Microsoft.Extensions.Logging.Abstractions;
using ScaiDrive.Search.Index;
using ScaiDrive.Search.Index.Weaviate;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Query.Languages;
using ScaiDrive.Search.Tests.Contract;
using ScaiDrive.Search.Tests.Support;
using ScaiDrive.Tests.Weaviate;

namespace ScaiDrive.Search.Tests.Index.Weaviate;

/// <summary>An engine on a fake Weaviate. Searches by words fall back to the room's local node only when asked to.</summary>
internal sealed class WeaviateRoom : EngineRoom
{
    private readonly bool _withWords;
    private Process _process;

    private WeaviateRoom(SearchRoom room, FakeWeaviate server, bool withWords) : base(room)
    {
        (Server, _withWords) = (server, withWords);
        _process = NewProcess();
    }

    public FakeWeaviate Server { get; }

    public override ISearchEngine Engine => _process.Engine;

    public override IFollowingIndex Index => _process.Index;

    public WeaviateIndex Writer => _process.Index;

    public WeaviateServer Connection => _process.Server;

    public override Action<string>? Step
    {
        set => _process.Index.Step = value;
    }

    public static async Task<WeaviateRoom> CreateAsync(bool withWords = false, string? apiKey = null)
    {
        var server = new FakeWeaviate { ApiKey = apiKey };
        await server.StartAsync();
        return new(await SearchRoom.CreateAsync(), server, withWords);
    }

    public override void Restart()
    {
        _process.Dispose();
        _process = NewProcess();
    }

    public override void Lose()
    {
        Server.Wipe();
        Restart();
    }

    public WeaviateOptions Options() => new() { Url = Server.Url, ApiKey = Server.ApiKey, RetryDelay = TimeSpan.FromMilliseconds(1), CompleteFor = CompleteFor };

    /// <summary>Of processes made from now on. Nothing, so that a building need not wait for the room's clock.</summary>
    public TimeSpan CompleteFor { get; set; }

    /// <summary>Another process on the same server.</summary>
    public Process NewProcess() => new(this);

    public override async ValueTask DisposeAsync()
    {
        _process.Dispose();
        await Server.DisposeAsync();
        await base.DisposeAsync();
    }

    internal sealed class Process : IDisposable
    {
        private readonly WeaviateClient _client;

        internal Process(WeaviateRoom room)
        {
            var options = room.Options();
            var (state, feed) = (new WeaviateState(room.Room.DataSource), new IndexFeed(room.Room.DataSource));
            var analysis = new TextAnalysis(room.Room.DataSource);
            _client = new(options, TimeProvider.System);
            Server = new(_client);
            Index = new(feed, analysis, state, Server, options, room.Room.Time, NullLogger<WeaviateIndex>.Instance);
            Engine = new(
                Server, state, feed, analysis, new HitLoader(room.Room.DataSource, analysis), room._withWords ? room.Room.Node : null, options, room.Room.Time);
        }

        internal WeaviateServer Server { get; }

        internal WeaviateIndex Index { get; }

        internal WeaviateEngine Engine { get; }

        public void Dispose() => _client.Dispose();
    }
}
