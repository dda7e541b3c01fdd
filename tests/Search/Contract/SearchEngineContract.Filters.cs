using ScaiDrive.Search.Query;
using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Contract;

/// <content>Filters, permissions and pages.</content>
public abstract partial class SearchEngineContract
{
    [Fact]
    public async Task Filters_and_permissions_hold_for_words_and_for_meaning_before_anything_is_ranked()
    {
        await using var engine = await StartAsync();
        var room = engine.Room;
        await room.AddAsync(File("fil_a", "a.txt", "the words", share: "shr_a", folder: "fld_x", at: "/x/"), "the words");
        await room.AddAsync(File("fil_b", "b.png", "the words", share: "shr_b", at: "/", type: "image/png"), "the words");
        await room.AddAsync(File("fil_c", "c.jpg", "the words", share: "shr_b", folder: "fld_y", at: "/x/y/", type: "image/jpeg; q=1"), "the words");
        await room.AddAsync(File("fil_d", "d.txt", "the words", share: "shr_a", folder: "fld_z", at: "/xz/"), "the words");
        await room.AddAsync(File("fil_e", "e.txt", "the words", share: "shr_a", folder: "fld_w", at: "/x/w/"), "the words");
        var all = Request("words");
        foreach (var (request, expected) in new (SearchRequest, string)[]
        {
            (all, "fil_a fil_b fil_c fil_d fil_e"),
            (all with { ShareId = "shr_b" }, "fil_b fil_c"),
            (all with { ShareId = "shr_unknown" }, ""),
            (all with { AllowedShares = new HashSet<string> { "shr_a" } }, "fil_a fil_d fil_e"),
            (all with { AllowedShares = new HashSet<string> { "shr_a", "shr_b", "shr_c" } }, "fil_a fil_b fil_c fil_d fil_e"),
            (all with { AllowedShares = new HashSet<string>() }, ""),
            (all with { ShareId = "shr_b", AllowedShares = new HashSet<string> { "shr_a" } }, ""),
            (all with { MimeTypes = ["image/*"] }, "fil_b fil_c"),
            (all with { MimeTypes = ["image/PNG", "text/plain"] }, "fil_a fil_b fil_d fil_e"),
            (all with { MimeTypes = ["*/*"] }, "fil_a fil_b fil_c fil_d fil_e"),
            (all with { PathPrefix = "/x/" }, "fil_a fil_c fil_e"),
            (all with { PathPrefix = "x" }, "fil_a fil_c fil_d fil_e"),
            (all with { FolderId = "fld_x", Recursive = false }, "fil_a"),
            (all with { FolderId = "fld_x", FolderShareId = "shr_a", FolderPath = "/x" }, "fil_a fil_e"),
            (all with { FolderId = "fld_x", FolderShareId = "shr_a", FolderPath = "/x", PathPrefix = "/x/w" }, "fil_e"),
            (all with { FolderId = "fld_only_folders", FolderShareId = "shr_b", FolderPath = "/x" }, "fil_c"),
            (all with { FolderId = "fld_unknown" }, ""),
            (all with { FolderId = "fld_unknown", PathPrefix = "/" }, ""),
        })
        {
            await ExpectAsync(engine, request, expected);
        }
    }

    [Fact]
    public async Task Lists_of_permissions_hold_for_words_meaning_and_totals_and_a_file_without_one_needs_none()
    {
        await using var engine = await StartAsync();
        foreach (var (id, acl, share) in new (string, long?, string)[] { ("fil_a", 7, "shr_a"), ("fil_b", 8_000_000_000, "shr_a"), ("fil_c", null, "shr_a"), ("fil_d", 7, "shr_b") })
            await engine.Room.AddAsync(File(id, $"{id}.txt", "the words", share: share) with { AclId = acl }, "the words");
        var all = Request("words");
        await ExpectAsync(engine, all, "fil_a fil_b fil_c fil_d");
        await ExpectAsync(engine, all with { AllowedAcls = new HashSet<long>() }, "fil_c");
        await ExpectAsync(engine, all with { AllowedAcls = new HashSet<long> { 7, 9 } }, "fil_a fil_c fil_d");
        await ExpectAsync(engine, all with { AllowedAcls = new HashSet<long> { 8_000_000_000 } }, "fil_b fil_c");
        await ExpectAsync(engine, all with { AllowedAcls = new HashSet<long> { 7 }, AllowedShares = new HashSet<string> { "shr_a" } }, "fil_a fil_c");
        await ExpectAsync(engine, all with { AllowedAcls = new HashSet<long> { 7 }, AllowedShares = new HashSet<string>() }, "");
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(1)]
    public async Task Rights_on_folders_and_files_hold_for_words_meaning_chunks_and_totals(int nameable)
    {
        await using var engine = await StartAsync();
        foreach (var (id, share, folder) in new[]
        {
            ("fil_a", "shr_a", null), ("fil_b", "shr_a", "fld_1"), ("fil_c", "shr_a", "fld_2"), ("fil_d", "shr_a", "fld_2"),
            ("fil_e", "shr_b", "fld_3"), ("fil_f", "shr_b", null), ("fil_g", "shr_c", null),
        })
        {
            await engine.Room.AddAsync(File(id, $"{id}.txt", "the words", share: share, folder: folder), "the words");
        }

        var rights = new ScriptedPlaces(nameable)
        {
            Shares = new HashSet<string> { "shr_a", "shr_b" },
            Readable = { new("shr_a", null), new("shr_a", "fld_1"), new("shr_b", "fld_3") },
            Hidden = { new("shr_a", "fld_2"), new("shr_b", null) },
        };
        var mine = Request("words") with { AllowedShares = new HashSet<string> { "shr_a", "shr_b", "shr_c" }, Places = rights };
        await ExpectAsync(engine, mine, "fil_a fil_b fil_e fil_g");
        await ExpectAsync(engine, mine with { ShareId = "shr_a" }, "fil_a fil_b");
        await ExpectAsync(engine, mine with { ShareId = "shr_c" }, "fil_g");
        await ExpectAsync(engine, mine with { FolderId = "fld_2" }, "");
        await ExpectAsync(engine, mine with { AllowedShares = new HashSet<string> { "shr_a" } }, "fil_a fil_b");
        var byFile = mine with { Places = rights with { Files = new Dictionary<string, bool> { ["fil_a"] = false, ["fil_c"] = true, ["fil_none"] = true } } };
        await ExpectAsync(engine, byFile, "fil_b fil_c fil_e fil_g");
        await ExpectAsync(engine, byFile with { ShareId = "shr_b" }, "fil_e");
        var chunks = await engine.Engine.RankChunksAsync(new(byFile, 0, 10), WordVectors.Model, WordVectors.Of("the words"), Stop);
        Assert.Equal("fil_b fil_c fil_e fil_g", string.Join(' ', chunks.Select(chunk => chunk.FileId).Order(StringComparer.Ordinal)));

        // A file that comes is judged by its place, one whose row another takes over is not.
        await engine.Room.AddAsync(File("fil_h", "fil_h.txt", "the words", share: "shr_a", folder: "fld_2"), "the words");
        await engine.Room.CommitAsync(tx => engine.Room.Writer.RemoveFilesAsync(tx, Tenant, ["fil_c"], Stop));
        await engine.Room.AddAsync(File("fil_i", "fil_i.txt", "the words", share: "shr_a", folder: "fld_2"), "the words");
        await ExpectAsync(engine, byFile, "fil_b fil_e fil_g");
        // A folder nobody knew of is asked for again until somebody does.
        await engine.Room.AddAsync(File("fil_j", "fil_j.txt", "the words", share: "shr_b", folder: "fld_new"), "the words");
        await ExpectAsync(engine, byFile, "fil_b fil_e fil_g");
        rights.Readable.Add(new("shr_b", "fld_new"));
        await ExpectAsync(engine, byFile, "fil_b fil_e fil_g fil_j");
    }

    [Fact]
    public async Task Other_permissions_count_from_the_next_search_and_text_and_vectors_stay_as_they_are()
    {
        await using var engine = await StartAsync();
        var file = File("fil_1", "one.txt", "the words") with { AclId = 1 };
        await engine.Room.AddAsync(file, "the words");
        var mine = Request("words") with { AllowedAcls = new HashSet<long> { 1 } };
        await ExpectAsync(engine, mine, "fil_1");
        var revision = await engine.Room.CountAsync("SELECT revision FROM search.file");
        foreach (var (acl, expected) in new (long?, string)[] { (2, ""), (1, "fil_1"), (2, ""), (null, "fil_1"), (2, "") })
        {
            await engine.Room.CommitAsync(tx => engine.Room.Writer.UpsertFilesAsync(tx, Tenant, [file with { AclId = acl }], Stop));
            await ExpectAsync(engine, mine, expected);
        }

        Assert.Equal(revision, await engine.Room.CountAsync("SELECT revision FROM search.file"));
        engine.Restart();
        await ExpectAsync(engine, mine, "");
        engine.Lose();
        await ExpectAsync(engine, mine, "");
        await ExpectAsync(engine, mine with { AllowedAcls = new HashSet<long> { 2 } }, "fil_1");
    }

    [Fact]
    public async Task Paths_and_types_are_compared_character_by_character()
    {
        await using var engine = await StartAsync();
        foreach (var (id, at, type) in new[]
        {
            ("fil_a", "/a+b (1)/", "image/svg+xml"), ("fil_b", "/aab (1)/", "image/svgxxml"), ("fil_c", "/what?/", "application/vnd.a.b"),
            ("fil_d", "/whatx/", "application/vndxaxb"), ("fil_e", "/50*/", "text/plain"), ("fil_f", "/50%_/", "text/plain"), ("fil_g", "/[x]{2}^$|\\/", "text/plain"),
            ("fil_h", "/x/", "text/plain"), ("fil_i", "/日本/\"q\"/", "text/plain"),
        })
        {
            await engine.Room.AddAsync(File(id, "f.txt", "the words", at: at, type: type, folder: "fld_" + id), "the words");
        }

        var all = Request("words");
        foreach (var (request, expected) in new (SearchRequest, string)[]
        {
            (all with { PathPrefix = "/a+b (" }, "fil_a"),
            (all with { PathPrefix = "/what?" }, "fil_c"),
            (all with { PathPrefix = "/50*/" }, "fil_e"),
            (all with { PathPrefix = "/50%" }, "fil_f"),
            (all with { PathPrefix = "/[x]{2}^$|\\" }, "fil_g"),
            (all with { PathPrefix = "/X/" }, ""),
            (all with { PathPrefix = "/日本/\"q\"" }, "fil_i"),
            (all with { FolderId = "fld_fil_a" }, "fil_a"),
            (all with { MimeTypes = ["image/svg+xml"] }, "fil_a"),
            (all with { MimeTypes = ["application/vnd.a.b"] }, "fil_c"),
        })
        {
            await ExpectAsync(engine, request, expected);
        }
    }

    [Fact]
    public async Task Only_files_modified_in_a_span_are_found_when_one_is_given()
    {
        await using var engine = await StartAsync();
        var noon = new DateTimeOffset(2025, 6, 1, 12, 0, 0, TimeSpan.Zero);
        foreach (var (id, time) in new[] { ("fil_a", noon.AddTicks(-10)), ("fil_b", noon), ("fil_c", noon.AddDays(1)) })
            await engine.Room.AddAsync(File(id, "f.txt", "the words") with { ModifiedAt = time }, "the words");
        var all = Request("words");
        await ExpectAsync(engine, all with { ModifiedFrom = noon }, "fil_b fil_c");
        await ExpectAsync(engine, all with { ModifiedTo = noon }, "fil_a");
        await ExpectAsync(engine, all with { ModifiedFrom = noon.ToOffset(TimeSpan.FromHours(2)), ModifiedTo = noon.AddDays(1) }, "fil_b");
    }

    [Fact]
    public async Task Pages_neither_overlap_nor_leave_gaps_even_among_equals()
    {
        await using var engine = await StartAsync();
        for (var i = 0; i < 45; i++)
            await engine.Room.AddAsync($"fil_{i:00}", $"{i}.txt", "equal words");
        await engine.Index.CatchUpAsync(Tenant, Stop);
        foreach (var search in new Func<SearchRequest, Task<SearchAnswer>>[]
        {
            request => engine.Service.KeywordAsync(request, Stop),
            request => engine.Service.KeywordAsync(request with { Query = "equ*" }, Stop),
            request => engine.Service.SemanticAsync(request, Stop),
            request => engine.Service.HybridAsync(request, Stop),
        })
        {
            var seen = new List<string>();
            for (var offset = 0; offset < 60; offset += 7)
            {
                var answer = await search(Request("equal words", limit: 7, offset: offset));
                Assert.Equal(45, answer.Total);
                Assert.Equal(offset + 7 < 45, answer.HasMore);
                seen.AddRange(answer.Hits.Select(hit => hit.FileId));
            }

            Assert.Equal(45, seen.Count);
            Assert.Equal(45, seen.Distinct().Count());
        }
    }

    [Fact]
    public async Task Tenants_never_see_each_others_files()
    {
        await using var engine = await StartAsync();
        await engine.Room.AddAsync("fil_1", "mine.txt", "common words mine");
        await engine.Room.AddAsync(File("fil_1", "theirs.txt", "common words theirs"), "common words theirs", tenant: "tnt_two");
        Assert.Equal(["fil_1"], await engine.FindAsync("common"));
        Assert.Empty(await engine.FindAsync("theirs"));
        Assert.Empty(await engine.FindAsync(Request("mine") with { TenantId = "tnt_two" }));
        Assert.Single(await engine.FindAsync(Request("theirs") with { TenantId = "tnt_two" }));
        Assert.Equal(1, (await engine.NearAsync("common words theirs", Request("x") with { TenantId = "tnt_two" }))[0].Score, 3);
        Assert.True((await engine.NearAsync("common words theirs"))[0].Score < 0.99);
    }

    private static async Task ExpectAsync(EngineRoom engine, SearchRequest request, string expected)
    {
        Assert.Equal(expected, string.Join(' ', (await engine.FindAsync(request)).Order(StringComparer.Ordinal)));
        Assert.Equal(expected, string.Join(' ', (await engine.NearAsync("the words", request)).Select(file => file.FileId).Order(StringComparer.Ordinal)));
        var words = await engine.Service.KeywordAsync(request with { Limit = 1 }, Stop);
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length, words.Total);
    }
}
