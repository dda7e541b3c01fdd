using ScaiDrive.Search.Index;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Contract;

/// <summary>A database, and an engine that follows it.</summary>
internal abstract class EngineRoom(SearchRoom room) : IAsyncDisposable
{
    private readonly SearchMetrics _metrics = new();

    public SearchRoom Room { get; } = room;

    public abstract ISearchEngine Engine { get; }

    public abstract IFollowingIndex Index { get; }

    /// <summary>Called between the steps of applying changes; may throw to play a crash.</summary>
    public abstract Action<string>? Step { set; }

    public SearchService Service => new(Engine, Room.Providers, new(Engine, Room.DataSource), _metrics);

    /// <summary>The process ends and another one starts.</summary>
    public abstract void Restart();

    /// <summary>Everything the engine keeps is lost; it is built anew from the database.</summary>
    public abstract void Lose();

    public async Task<IReadOnlyList<string>> FindAsync(SearchRequest request)
    {
        await Index.CatchUpAsync(request.TenantId, Stop);
        return [.. (await Engine.KeywordAsync(new(request, request.Offset, request.Limit), Stop)).Files.Select(file => file.FileId)];
    }

    public Task<IReadOnlyList<string>> FindAsync(string query) => FindAsync(Request(query));

    public async Task<IReadOnlyList<(string FileId, double Score)>> NearAsync(string text, SearchRequest? request = null)
    {
        request ??= Request(text);
        await Index.CatchUpAsync(request.TenantId, Stop);
        var ranking = await Engine.SemanticAsync(new(request, request.Offset, request.Limit), WordVectors.Model, WordVectors.Of(text), Stop);
        return [.. ranking.Files.Select(file => (file.FileId, Math.Round(file.Score, 4)))];
    }

    public virtual async ValueTask DisposeAsync()
    {
        _metrics.Dispose();
        await Room.DisposeAsync();
    }
}
