using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Index;

public sealed class NameSearchTests
{
    [Fact]
    public async Task A_name_is_found_by_every_fragment_a_person_would_type()
    {
        await using var room = await SearchRoom.CreateAsync();
        await AddAsync(room, ("fil_1", "annual-report_2025.v2.PDF"), ("fil_2", "AnnualReport.docx"), ("fil_3", "annualreport.txt"), ("fil_4", "Übersicht Köln.xlsx"), ("fil_5", "e-mail.msg"), ("fil_6", "other.bin"));
        foreach (var query in (string[])["annual", "report", "reports", "2025", "v2", "pdf", ".pdf", "*.pdf", "annual-report_2025.v2.PDF", "annual-report", "\"report 2025\"", "2025.v2", "ANNUAL_REPORT 2025"])
            Assert.Contains("fil_1", await room.FindAsync(query));
        foreach (var query in (string[])["annual", "report", "AnnualReport", "annualreport", "annual report", "annual-report", "\"annual report\"", "docx"])
            Assert.Contains("fil_2", await room.FindAsync(query));
        foreach (var query in (string[])["annualreport", "AnnualReport", "annual report", "annual_report"])
            Assert.Contains("fil_3", await room.FindAsync(query));
        foreach (var query in (string[])["übersicht", "ubersicht", "uebersicht", "UEBERSICHT KOELN", "köln", "koln", "koeln", "Übersicht Köln.xlsx"])
            Assert.Equal(["fil_4"], await room.FindAsync(query));
        foreach (var query in (string[])["email", "e-mail", "E-Mail"])
            Assert.Equal(["fil_5"], await room.FindAsync(query));
    }

    [Fact]
    public async Task A_word_written_together_finds_the_words_written_apart_also_in_text()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "a.txt", "The data base of the town hall.");
        await room.AddAsync("fil_2", "b.txt", "The database was moved.");
        Assert.Equal(["fil_1", "fil_2"], (await room.FindAsync("data base")).Order());
        Assert.Equal(["fil_1"], await room.FindAsync("townhall"));
        Assert.Empty(await room.FindAsync("halltown"));
    }

    [Fact]
    public async Task Who_types_a_whole_name_gets_that_file_first()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "budget.xlsx", "Numbers.");
        await room.AddAsync("fil_2", "budget budget budget xlsx.txt", string.Concat(Enumerable.Repeat("budget xlsx ", 30)));
        await room.AddAsync("fil_3", "plan.txt", string.Concat(Enumerable.Repeat("budget xlsx ", 30)));
        Assert.Equal("fil_1", (await room.FindAsync("budget.xlsx"))[0]);
        Assert.Equal("fil_1", (await room.FindAsync("BUDGET.XLSX"))[0]);
        Assert.Equal("fil_1", (await room.FindAsync("budget"))[0]);
        await room.AddAsync("fil_4", "budget", "Nothing.");
        Assert.Equal(["fil_4", "fil_1"], (await room.FindAsync("budget")).Take(2));
    }

    [Fact]
    public async Task A_phrase_is_found_in_a_name_and_in_text_but_not_across_them()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "red green.txt", "blue");
        await room.AddAsync("fil_2", "one.txt", "some red green words");
        await room.AddAsync("fil_3", "red.txt", "green first, later red");
        Assert.Equal(["fil_1", "fil_2"], (await room.FindAsync("\"red green\"")).Order());
        await room.AddAsync("fil_4", "4.txt", "words words words");
        // What stands in quotes must be there; the rest may be.
        Assert.Equal(["fil_2", "fil_1"], await room.FindAsync("\"red green\" words"));
        Assert.Empty(await room.FindAsync("\"red green\" \"green first\""));
        Assert.Empty(await room.FindAsync("\"txt blue\""));
    }

    [Fact]
    public async Task A_file_that_has_a_phrase_more_often_ranks_higher_whatever_was_deleted_before()
    {
        await using var room = await SearchRoom.CreateAsync();
        for (var i = 0; i < 10; i++)
            await room.AddAsync($"fil_x{i}", "x.txt", "filler of no use at all");
        await room.FindAsync("filler");
        await room.RemoveAsync([.. Enumerable.Range(0, 10).Select(i => $"fil_x{i}")]);
        await room.AddAsync("fil_1", "1.txt", "solar wind once and nothing else of it here");
        await room.AddAsync("fil_2", "2.txt", "solar wind solar wind solar wind of it here");
        for (var i = 0; i < 5; i++)
            await room.AddAsync($"fil_y{i}", "y.txt", "wind solar in the wrong order");
        Assert.Equal(["fil_2", "fil_1"], await room.FindAsync("\"solar wind\""));
        using var late = room.NewNode("late");
        var request = Request("\"solar wind\"");
        await late.CatchUpAsync(Tenant, Stop);
        Assert.Equal(
            (await room.Node.KeywordAsync(new(request, 0, 10), Stop)).Files,
            (await late.KeywordAsync(new(request, 0, 10), Stop)).Files);
    }

    [Fact]
    public async Task A_beginning_finds_every_word_that_begins_so_even_when_its_stem_is_shorter()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "The organization met.");
        await room.AddAsync("fil_2", "2.txt", "They were organizing it.");
        await room.AddAsync("fil_3", "3.txt", "Organisms grow.");
        await room.AddAsync("fil_4", "Organigram.pdf", "Boxes.");
        await room.AddAsync("fil_5", "5.txt", "An orchestra played.");
        Assert.Equal(["fil_1", "fil_2", "fil_3", "fil_4"], (await room.FindAsync("organi*")).Order());
        Assert.Equal(["fil_5"], await room.FindAsync("orch*"));
        Assert.Empty(await room.FindAsync("organisa*"));
        Assert.Equal(5, (await room.FindAsync("o*")).Count);
        var hits = (await room.Service.KeywordAsync(Request("organi*"), Stop)).Hits.Where(hit => hit.FileId != "fil_4");
        Assert.All(hits, hit => Assert.StartsWith("organi", Marked(hit), StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_beginning_of_more_words_than_are_looked_up_one_by_one_finds_all_of_them()
    {
        await using var room = await SearchRoom.CreateAsync();
        var words = Enumerable.Range(0, 1_200).Select(i => $"q{(char)('a' + i % 26)}{(char)('a' + i / 26 % 26)}{(char)('a' + i / 676)}x").ToList();
        for (var i = 0; i < words.Count; i += 40)
            await room.AddAsync($"fil_{i:0000}", $"{i}.txt", string.Join(' ', words.Skip(i).Take(40)));
        await room.AddAsync("fil_none", "none.txt", "no such word");
        Assert.Equal(30, (await room.FindAsync("q*")).Count);
    }

    private static string Marked(ScaiDrive.Search.Query.SearchHit hit) => hit.Snippet!.Substring(hit.Highlights[0].Offset, hit.Highlights[0].Length);

    private static Task AddAsync(SearchRoom room, params (string Id, string Name)[] files) =>
        room.CommitAsync(tx => room.Writer.UpsertFilesAsync(tx, Tenant, [.. files.Select(file => File(file.Id, file.Name))], Stop));
}
