using ScaiDrive.Search.Index.Weaviate;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Index.Weaviate;

public sealed class WeaviateOutageTests
{
    [Fact]
    public async Task While_the_server_is_away_meaning_is_unavailable_and_words_are_answered_from_the_copy()
    {
        await using var engine = await WeaviateRoom.CreateAsync(withWords: true);
        await engine.Room.AddAsync("fil_1", "1.txt", "some words");
        await engine.FindAsync("some");
        await engine.Room.Node.CatchUpAsync(Tenant, Stop);
        Assert.True(await engine.Engine.IsHealthyAsync(Stop));
        Assert.Null((await engine.Service.KeywordAsync(Request("some"), Stop)).Degraded);

        await engine.Server.StopAsync();
        Assert.False(await engine.Engine.IsHealthyAsync(Stop));
        await Assert.ThrowsAsync<IndexUnavailableException>(() => engine.Service.SemanticAsync(Request("some words"), Stop));
        var words = await engine.Service.KeywordAsync(Request("some"), Stop);
        Assert.Equal(("fil_1", WeaviateEngine.Fallback), (Assert.Single(words.Hits).FileId, words.Degraded));
        var hybrid = await engine.Service.HybridAsync(Request("some words"), Stop);
        Assert.Equal(("fil_1", "vector_index_unavailable"), (Assert.Single(hybrid.Hits).FileId, hybrid.Degraded));
        Assert.Single(await engine.Engine.RankChunksAsync(new(Request("some"), 0, 10), null, default, Stop));

        await engine.Server.StartAsync();
        Assert.True(await engine.Engine.IsHealthyAsync(Stop));
        Assert.Null((await engine.Service.HybridAsync(Request("some words"), Stop)).Degraded);
        Assert.Single((await engine.Service.SemanticAsync(Request("some words"), Stop)).Hits);
    }

    [Fact]
    public async Task A_server_that_was_not_there_is_not_asked_again_by_every_search()
    {
        await using var engine = await WeaviateRoom.CreateAsync();
        await engine.Room.AddAsync("fil_1", "1.txt", "some words");
        await engine.FindAsync("some");
        engine.Server.Faults.Answer("/v1/graphql", 503);
        await Assert.ThrowsAsync<IndexUnavailableException>(() => engine.Service.KeywordAsync(Request("some"), Stop));
        engine.Server.Journal.Clear();
        await Assert.ThrowsAsync<IndexUnavailableException>(() => engine.Service.KeywordAsync(Request("some"), Stop));
        Assert.Equal(0, engine.Server.Journal.Count("/v1"));
        engine.Room.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Single((await engine.Service.KeywordAsync(Request("some"), Stop)).Hits);
    }

    [Fact]
    public async Task What_was_written_while_the_server_was_away_is_there_when_it_returns()
    {
        await using var engine = await WeaviateRoom.CreateAsync();
        await engine.Room.AddAsync("fil_1", "1.txt", "first words");
        await engine.FindAsync("words");
        await engine.Server.StopAsync();
        await engine.Room.AddAsync("fil_2", "2.txt", "second words");
        await engine.Room.RemoveAsync("fil_1");
        await Assert.ThrowsAsync<WeaviateException>(() => engine.Index.CatchUpAsync(Tenant, Stop));
        await engine.Server.StartAsync();
        Assert.Equal(["fil_2"], await engine.FindAsync("words"));
        Assert.Equal(["fil_2"], (await engine.NearAsync("second words")).Select(file => file.FileId));
    }

    [Theory]
    [InlineData("/v1/batch/objects", 429)]
    [InlineData("/v1/batch/objects", 500)]
    [InlineData("/v1/batch/objects", 503)]
    [InlineData("/v1/schema", 503)]
    public async Task A_busy_server_is_asked_again(string path, int status)
    {
        await using var engine = await WeaviateRoom.CreateAsync();
        engine.Server.Faults.Answer(path, status, times: 2, retryAfterSeconds: status == 429 ? 0 : null);
        await engine.Room.AddAsync("fil_1", "1.txt", "some words");
        // Reads are not repeated by themselves: the follower comes back.
        for (var round = 0; round < 3; round++)
        {
            try
            {
                Assert.Equal(["fil_1"], await engine.FindAsync("words"));
                break;
            }
            catch (WeaviateException fault) when (round < 2)
            {
                Assert.True(fault.IsOutage);
            }
        }
    }

    [Fact]
    public async Task A_server_that_lost_everything_is_filled_again()
    {
        await using var engine = await WeaviateRoom.CreateAsync();
        await engine.Room.AddAsync("fil_1", "1.txt", "some words");
        await engine.FindAsync("words");
        engine.Server.Wipe();
        await Assert.ThrowsAsync<IndexUnavailableException>(() => engine.Service.KeywordAsync(Request("some"), Stop));
        // Looked at from time to time also when nothing has changed.
        engine.Room.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["fil_1"], await engine.FindAsync("words"));
        Assert.Single(await engine.NearAsync("some words"));
    }

    [Fact]
    public async Task A_file_that_is_refused_again_and_again_does_not_hold_up_the_others()
    {
        await using var engine = await WeaviateRoom.CreateAsync();
        engine.Server.Faults.RefusesObject = text => text.Contains("poison", StringComparison.Ordinal);
        await engine.Room.AddAsync("fil_bad", "bad.txt", "poison");
        await engine.Room.AddAsync("fil_good", "good.txt", "harmless words");
        for (var round = 0; round < 4; round++)
            await Assert.ThrowsAsync<WeaviateException>(() => engine.Index.CatchUpAsync(Tenant, Stop));
        Assert.Equal(["fil_good"], await engine.FindAsync("words"));
        Assert.Empty(await engine.FindAsync("poison"));
        Assert.Equal(1, await engine.Room.CountAsync("SELECT count(*) FROM search.weaviate_refused WHERE file_id = 'fil_bad' AND message LIKE '%as planned%'"));
        engine.Server.Faults.RefusesObject = null;
        await engine.Room.AddAsync(File("fil_bad", "bad.txt", "medicine", version: 2), "medicine");
        Assert.Equal(["fil_bad"], await engine.FindAsync("medicine"));
        Assert.Equal(0, await engine.Room.CountAsync("SELECT count(*) FROM search.weaviate_refused"));
    }

    [Fact]
    public async Task An_index_that_is_being_built_is_not_searched()
    {
        await using var engine = await WeaviateRoom.CreateAsync();
        await engine.Room.AddAsync("fil_1", "1.txt", "some words");
        engine.Step = step => throw new InvalidOperationException(step);
        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Index.CatchUpAsync(Tenant, Stop));
        await Assert.ThrowsAsync<IndexUnavailableException>(() => engine.Service.KeywordAsync(Request("some"), Stop));
        engine.Step = null;
        Assert.Equal(["fil_1"], await engine.FindAsync("some"));
    }

    [Fact]
    public async Task A_check_says_in_words_what_is_wrong_with_the_server()
    {
        await using var engine = await WeaviateRoom.CreateAsync(apiKey: "a key");
        Assert.Equal(new WeaviateFinding(null, "1.24.0"), await WeaviateCheck.RunAsync(engine.Options(), Stop));
        Assert.Contains("401", (await WeaviateCheck.RunAsync(engine.Options() with { ApiKey = null }, Stop)).Fault, StringComparison.Ordinal);
        await engine.Room.AddAsync("fil_1", "1.txt", "some words");
        await engine.FindAsync("some");
        Assert.Null((await WeaviateCheck.RunAsync(engine.Options(), Stop)).Fault);
        engine.Server.Faults.Answer("/v1/graphql", 404);
        Assert.Contains("GraphQL", (await WeaviateCheck.RunAsync(engine.Options(), Stop)).Fault, StringComparison.Ordinal);
        await engine.Server.StopAsync();
        Assert.Contains("does not answer", (await WeaviateCheck.RunAsync(engine.Options(), Stop)).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_follower_lets_a_failing_server_rest_longer_each_time()
    {
        await using var engine = await WeaviateRoom.CreateAsync();
        var patient = new PatientIndex(engine.Writer, engine.Room.Time);
        await engine.Room.AddAsync("fil_1", "1.txt", "some words");
        engine.Server.Faults.IsDown = true;
        foreach (var rest in (int[])[1, 2, 4, 8])
        {
            await Assert.ThrowsAsync<WeaviateException>(() => patient.CatchUpAsync(Tenant, Stop));
            engine.Room.Time.Advance(TimeSpan.FromSeconds(rest) - TimeSpan.FromMilliseconds(1));
            engine.Server.Journal.Clear();
            await patient.CatchUpAsync(Tenant, Stop);
            Assert.Equal(0, engine.Server.Journal.Count("/v1"));
            engine.Room.Time.Advance(TimeSpan.FromMilliseconds(2));
        }

        engine.Server.Faults.IsDown = false;
        await patient.CatchUpAsync(Tenant, Stop);
        Assert.Equal(["fil_1"], await engine.FindAsync("some"));
    }
}
