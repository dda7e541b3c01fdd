using ScaiDrive.Search.Query;
using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Query;

public sealed class PagingTests
{
    private static readonly string[] Words = ["red", "green", "blue", "yellow"];

    [Fact]
    public async Task Pages_of_any_size_join_to_one_answer_without_overlap_or_gap()
    {
        await using var room = await SearchRoom.CreateAsync();
        var random = new Random(11);
        // Few different texts, so that most scores are shared by many files.
        for (var part = 0; part < 6; part++)
        {
            await room.CommitAsync(async transaction =>
            {
                for (var i = part * 25; i < (part + 1) * 25; i++)
                {
                    var text = string.Join(' ', Words.Take(1 + random.Next(Words.Length)));
                    var file = File($"fil_{i:000}", "same.txt", text);
                    await room.Writer.UpsertFilesAsync(transaction, Tenant, [file], Stop);
                    var chunks = room.Chunker.Split([new(1, text, [])]);
                    await room.Writer.ReplaceChunksAsync(transaction, Tenant, file.FileId, file.ContentHash, "text", null, chunks, Stop);
                    await room.Writer.SaveVectorsAsync(
                        transaction, Tenant, WordVectors.Model, [.. chunks.Select(chunk => (chunk.Hash, WordVectors.Of(chunk.Text)))], Stop);
                    await room.Writer.MarkEmbeddedAsync(transaction, Tenant, file.FileId, file.ContentHash, WordVectors.Model, Stop);
                }
            });
        }

        await room.Node.CatchUpAsync(Tenant, Stop);
        (string Name, Func<SearchRequest, CancellationToken, Task<SearchAnswer>> Search)[] modes =
            [("keyword", room.Service.KeywordAsync), ("semantic", room.Service.SemanticAsync), ("hybrid", room.Service.HybridAsync)];
        foreach (var (mode, search) in modes)
        {
            foreach (var query in (string[])["red", "red green blue", "blu*", "\"red green\" yellow", "same"])
            {
                var whole = await search(Request(query, limit: 1_000), Stop);
                for (var round = 0; round < 4; round++)
                {
                    var joined = await JoinAsync(search, query, random);
                    Assert.True(whole.Hits.Select(hit => (hit.FileId, hit.Score)).SequenceEqual(joined), $"{mode}: {query}");
                }

                Assert.Equal(whole.Total, whole.Hits.Count);
                Assert.Equal(whole.Hits.Count, whole.Hits.Select(hit => hit.FileId).Distinct().Count());
            }
        }
    }

    private static async Task<List<(string FileId, double Score)>> JoinAsync(
        Func<SearchRequest, CancellationToken, Task<SearchAnswer>> search, string query, Random random)
    {
        var joined = new List<(string, double)>();
        while (true)
        {
            var page = await search(Request(query, limit: random.Next(1, 40), offset: joined.Count), Stop);
            joined.AddRange(page.Hits.Select(hit => (hit.FileId, hit.Score)));
            if (!page.HasMore)
                return joined;
            Assert.NotEmpty(page.Hits);
        }
    }
}
