using ScaiDrive.Search.Query;
using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Index;

public sealed class VectorSpaceTests
{
    private const string Other = "words-64-new";

    [Fact]
    public async Task A_file_is_found_in_every_model_it_has_vectors_of()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "red apples");
        await room.AddAsync("fil_2", "2.txt", "green pears");
        await EmbedAsync(room, "fil_1", "red apples");
        await room.Node.CatchUpAsync(Tenant, Stop);
        Assert.Equal(2, (await RankAsync(room, WordVectors.Model)).Count);
        Assert.Equal(["fil_1"], await RankAsync(room, Other));
        room.RestartNode();
        Assert.Equal(["fil_1"], await RankAsync(room, Other));
        Assert.Equal(2, (await RankAsync(room, WordVectors.Model)).Count);
    }

    [Fact]
    public async Task New_text_leaves_no_vector_of_any_model_behind()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "red apples");
        await EmbedAsync(room, "fil_1", "red apples");
        await room.Node.CatchUpAsync(Tenant, Stop);
        await room.AddAsync(File("fil_1", "1.txt", "blue plums", version: 2), "blue plums", vectors: false);
        await room.Node.CatchUpAsync(Tenant, Stop);
        Assert.Empty(await RankAsync(room, WordVectors.Model));
        Assert.Empty(await RankAsync(room, Other));
        Assert.Equal(0, await room.CountAsync("SELECT count(*) FROM search.file_vectors"));
    }

    [Fact]
    public async Task A_model_that_is_being_built_answers_only_when_the_serving_one_cannot_embed()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "red apples");
        await room.AddAsync("fil_2", "2.txt", "green pears");
        await EmbedAsync(room, "fil_1", "red apples");
        await room.Providers.ReadRulesAsync(Tenant, Stop);
        await room.ExecuteAsync($"""
            INSERT INTO search.provider (tenant_id, id, name, type, model, dimensions) VALUES ('tnt_one', 'prv_new', 'New', 'local', '{Other}', 64);
            INSERT INTO search.vector_space (tenant_id, model, provider_id, state) VALUES ('tnt_one', '{Other}', 'prv_new', 'building');
            """);
        var answer = await room.Service.SemanticAsync(Request("apples"), Stop);
        Assert.Equal((2, null), (answer.Hits.Count, answer.Degraded));
        await room.ExecuteAsync("UPDATE search.provider SET type = 'gone', updated_at = clock_timestamp() WHERE id = 'prv_words'");
        answer = await room.Service.SemanticAsync(Request("apples"), Stop);
        Assert.Equal((1, "index_building"), (answer.Hits.Count, answer.Degraded));
    }

    [Fact]
    public async Task Two_serving_models_are_searched_both_and_a_file_of_both_comes_once()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "red apples");
        await room.AddAsync("fil_2", "2.txt", "green pears");
        await room.AddAsync(File("fil_3", "3.txt", "yellow apples"), "yellow apples", vectors: false);
        await EmbedAsync(room, "fil_1", "red apples");
        await EmbedAsync(room, "fil_3", "yellow apples");
        await room.Providers.ReadRulesAsync(Tenant, Stop);
        await room.ExecuteAsync($"""
            INSERT INTO search.provider (tenant_id, id, name, type, model, dimensions) VALUES ('tnt_one', 'prv_new', 'New', 'local', '{Other}', 64);
            INSERT INTO search.vector_space (tenant_id, model, provider_id, state) VALUES ('tnt_one', '{Other}', 'prv_new', 'serving');
            """);
        var answer = await room.Service.SemanticAsync(Request("apples"), Stop);
        Assert.Equal(["fil_1", "fil_2", "fil_3"], answer.Hits.Select(hit => hit.FileId).Order(StringComparer.Ordinal));
        Assert.Equal(3, answer.Total);
        Assert.Null(answer.Degraded);
        await room.ExecuteAsync("UPDATE search.provider SET type = 'gone', updated_at = clock_timestamp() WHERE id = 'prv_new'");
        answer = await room.Service.SemanticAsync(Request("apples"), Stop);
        Assert.Equal((2, "embedding_partial"), (answer.Hits.Count, answer.Degraded));
    }

    [Fact]
    public async Task Chunks_are_ranked_by_words_and_by_meaning_several_of_a_file()
    {
        await using var room = await SearchRoom.CreateAsync();
        var text = string.Join(' ', Enumerable.Range(0, 40).Select(i => $"Sentence {i} is about apples."));
        await room.AddAsync("fil_1", "1.txt", text);
        await room.AddAsync("fil_2", "apples.txt", "pears only");
        await room.Node.CatchUpAsync(Tenant, Stop);
        var request = new EngineRequest(Request("apples"), 0, 50);
        var byWords = await room.Node.RankChunksAsync(request, null, default, Stop);
        Assert.True(byWords.Count > 1);
        Assert.All(byWords, chunk => Assert.Equal("fil_1", chunk.FileId));
        Assert.Equal(byWords.OrderByDescending(chunk => chunk.Score), byWords);
        var byMeaning = await room.Node.RankChunksAsync(request, WordVectors.Model, WordVectors.Of("apples"), Stop);
        Assert.Equal(byWords.Count + 1, byMeaning.Count);
        Assert.Equal("fil_2", byMeaning[^1].FileId);
        Assert.Empty(await room.Node.RankChunksAsync(new(Request("apples") with { AllowedShares = new HashSet<string>() }, 0, 50), null, default, Stop));
        Assert.Empty(await room.Node.RankChunksAsync(new(Request("apples") with { ShareId = "shr_b" }, 0, 50), WordVectors.Model, WordVectors.Of("apples"), Stop));
    }

    private static async Task<IReadOnlyList<string>> RankAsync(SearchRoom room, string model)
    {
        var ranking = await room.Node.SemanticAsync(new(Request("apples"), 0, 50), model, WordVectors.Of("apples"), Stop);
        return [.. ranking.Files.Select(file => file.FileId)];
    }

    private static Task EmbedAsync(SearchRoom room, string fileId, string content) => room.CommitAsync(async transaction =>
    {
        var chunks = room.Chunker.Split([new(1, content, [])]);
        await room.Writer.SaveVectorsAsync(transaction, Tenant, Other, [.. chunks.Select(chunk => (chunk.Hash, WordVectors.Of(chunk.Text)))], Stop);
        Assert.True(await room.Writer.MarkEmbeddedAsync(transaction, Tenant, fileId, HashOf(content), Other, Stop));
    });
}
