using System.Numerics.Tensors;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Query;

public sealed class QueryFeedbackTests
{
    private const string Answer = "the wing stalls when the flow separates";

    [Fact]
    public async Task The_query_moves_towards_what_words_found()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", Answer);
        var query = WordVectors.Of("wing");
        var moved = Assert.Single(await MoveAsync(room, "wing", (WordVectors.Model, query)));
        Assert.True(Cosine(moved.Vector, WordVectors.Of(Answer)) > Cosine(query, WordVectors.Of(Answer)) + 0.1);
        Assert.True(Cosine(moved.Vector, query) > 0.7, "The query leads.");
    }

    [Fact]
    public async Task A_query_stays_where_it_is_in_a_model_without_vectors_of_the_answers_and_when_words_found_nothing()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", Answer);
        var other = Assert.Single(await MoveAsync(room, "wing", ("another", [3, 4])));
        Assert.Equal([0.6f, 0.8f], other.Vector);
        var none = Assert.Single(await MoveAsync(room, "submarine", (WordVectors.Model, WordVectors.Of("submarine"))));
        Assert.Equal(WordVectors.Of("submarine"), none.Vector);
    }

    private static async Task<IReadOnlyList<(string Model, float[] Vector)>> MoveAsync(SearchRoom room, string words, params (string, float[])[] query)
    {
        await room.Node.CatchUpAsync(Tenant, Stop);
        var request = new EngineRequest(Request(words), 0, 10);
        var ranking = await room.Node.KeywordAsync(request, Stop);
        return await new QueryFeedback(room.Node, room.DataSource).MoveAsync(request, ranking.Files, query, Stop);
    }

    private static float Cosine(float[] left, float[] right) => TensorPrimitives.CosineSimilarity<float>(left, right);
}
