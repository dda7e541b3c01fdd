using ScaiDrive.Search.Chunking;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Query.Context;
using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Query;

public sealed class ContextTests
{
    private static readonly WordCounter Counter = new();

    [Fact]
    public async Task Neighbouring_chunks_are_one_source_without_what_they_repeat()
    {
        await using var room = await SearchRoom.CreateAsync();
        var text = string.Join(' ', Enumerable.Range(0, 40).Select(i => $"Crane rule {i:00} is here."));
        await room.AddAsync("fil_1", "rules.txt", text);

        var answer = await BuildAsync(room, "crane rule", maxTokens: 2_000);

        var source = Assert.Single(answer.Sources);
        Assert.True(source.ChunkIndexes.Count > 1);
        Assert.Equal(Enumerable.Range(0, source.ChunkIndexes.Count), source.ChunkIndexes);
        Assert.Equal(text, source.Text);
        Assert.Equal($"[1] /rules.txt, page 1\n{text}", answer.Context);
        Assert.False(answer.Truncated);
    }

    [Fact]
    public async Task A_text_that_stands_in_several_files_is_given_once_and_names_the_others()
    {
        await using var room = await SearchRoom.CreateAsync();
        const string Text = "The crane is inspected once a year by a sworn expert who signs the book and hangs up the badge.";
        await room.AddAsync("fil_1", "a.txt", Text);
        await room.AddAsync("fil_2", "copy of a.txt", Text);
        await room.AddAsync("fil_3", "version of a.txt", Text + " Really.");
        await room.AddAsync("fil_4", "other.txt", "A crane is also a bird.");

        var answer = await BuildAsync(room, "crane inspected");

        Assert.Equal(2, answer.Sources.Count);
        var inspected = Assert.Single(answer.Sources, source => source.Text.Contains("inspected", StringComparison.Ordinal));
        Assert.Equal(2, inspected.OtherFiles.Count);
        Assert.Equal(4, answer.Sources.SelectMany(source => source.OtherFiles.Append(source.File)).DistinctBy(file => file.FileId).Count());
    }

    [Fact]
    public async Task The_token_budget_is_never_exceeded_and_what_is_cut_ends_with_a_sentence()
    {
        await using var room = await SearchRoom.CreateAsync();
        for (var i = 0; i < 6; i++)
            await room.AddAsync($"fil_{i}", $"rules-{i}.txt", string.Join(' ', Enumerable.Range(0, 30).Select(j => $"Crane rule {i} {j} of house {i * 31 + j} is here.")));
        await room.Node.CatchUpAsync(Tenant, Stop);
        foreach (var maxTokens in Enumerable.Range(0, 30).Select(i => 20 + i * 37))
        {
            var answer = await BuildAsync(room, "crane rule", maxTokens);
            Assert.InRange(answer.TotalTokens, 1, maxTokens);
            Assert.Equal(Counter.Count(answer.Context), answer.TotalTokens);
            Assert.All(answer.Sources, source => Assert.EndsWith(".", source.Text, StringComparison.Ordinal));
            Assert.All(answer.Sources, source => Assert.Contains(source.Text, answer.Context, StringComparison.Ordinal));
        }

        Assert.True((await BuildAsync(room, "crane rule", 100)).Truncated);
    }

    [Fact]
    public async Task A_first_sentence_that_alone_is_too_long_is_cut_between_words()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "a.txt", string.Join(' ', Enumerable.Repeat("crane", 55)));
        var answer = await BuildAsync(room, "crane", maxTokens: 30);
        Assert.InRange(answer.TotalTokens, 15, 30);
        Assert.EndsWith(" crane", answer.Context, StringComparison.Ordinal);
        Assert.True(answer.Truncated);
    }

    [Fact]
    public async Task No_name_can_break_the_line_that_says_where_a_source_is_from()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "a.txt", "The crane is ready.");
        var answer = await BuildAsync(room, "crane", rename: _ => "/a\n[2] /secret\u2028x\u202Egpj\u0000.txt");
        Assert.Equal("[1] /a [2] /secret x gpj .txt, page 1\nThe crane is ready.", answer.Context);
    }

    [Fact]
    public async Task A_file_the_caller_may_not_read_any_more_is_in_no_context()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "a.txt", "The crane is ready.");
        await room.AddAsync("fil_2", "b.txt", "The crane is broken.");
        var answer = await BuildAsync(room, "crane", readable: id => id == "fil_2");
        Assert.Equal("fil_2", Assert.Single(answer.Sources).File.FileId);
        Assert.DoesNotContain("ready", answer.Context, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_meaning_the_context_is_made_by_words_and_says_so()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "a.txt", "The crane is ready.");
        room.Vectors.IsDown = true;
        var answer = await BuildAsync(room, "crane");
        Assert.Equal("embedding_unavailable", answer.Degraded);
        Assert.Single(answer.Sources);
    }

    [Fact]
    public async Task Nothing_found_is_an_empty_context()
    {
        await using var room = await SearchRoom.CreateAsync();
        var answer = await BuildAsync(room, "crane");
        Assert.Equal(("", 0, false), (answer.Context, answer.TotalTokens, answer.Truncated));
        Assert.Empty(answer.Sources);
    }

    [Fact]
    public async Task Chunks_are_at_most_as_many_as_asked_for()
    {
        await using var room = await SearchRoom.CreateAsync();
        for (var i = 0; i < 9; i++)
            await room.AddAsync($"fil_{i}", $"{i}.txt", $"The crane number {i} stands in hall {i * 7} and lifts {i * 100} tons.");
        Assert.Equal(4, (await BuildAsync(room, "crane", maxChunks: 4)).Sources.Sum(source => source.ChunkIndexes.Count));
    }

    private static async Task<ContextAnswer> BuildAsync(
        SearchRoom room, string query, int maxTokens = 2_000, int maxChunks = 10, Func<string, bool>? readable = null, Func<string, string>? rename = null)
    {
        await room.Node.CatchUpAsync(Tenant, Stop);
        using var metrics = new SearchMetrics();
        var service = new ContextService(room.Node, room.Providers, room.DataSource, Counter, metrics);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        await using (var command = room.DataSource.CreateCommand("SELECT file_id, name FROM search.file"))
        await using (var reader = await command.ExecuteReaderAsync(Stop))
        {
            while (await reader.ReadAsync(Stop))
                names[reader.GetString(0)] = reader.GetString(1);
        }

        return await service.BuildAsync(
            new(Request(query), maxTokens, maxChunks),
            (ids, _) => Task.FromResult<IReadOnlyDictionary<string, ReadableFile>>(ids.Where(id => readable?.Invoke(id) ?? true).ToDictionary(
                id => id, id => new ReadableFile(id, names[id], "shr_a", rename?.Invoke(id) ?? "/" + names[id], "text/plain"))),
            Stop);
    }
}
