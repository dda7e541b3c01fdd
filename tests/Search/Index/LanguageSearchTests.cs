using Npgsql;
using ScaiDrive.Search.Index;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Query.Languages;
using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Index;

public sealed class LanguageSearchTests
{
    public static TheoryData<string, string, string, string> Inflected => new()
    {
        { "de", "Die Häuser der Städte wurden von den Gemeinden gekauft.", "haus", "gemeinde" },
        { "fr", "Les chevaux étaient fatigués après les longues journées.", "fatiguée", "longue" },
        { "es", "Las bibliotecas públicas ofrecen libros gratuitos.", "biblioteca", "libro" },
        { "it", "I ragazzi leggevano i giornali nelle biblioteche.", "ragazzo", "giornale" },
        { "pt", "As crianças brincavam nos jardins.", "criança", "brincando" },
        { "nl", "De gemeenten betaalden de nieuwe bruggen.", "gemeente", "betaald" },
        { "sv", "Flickorna läste böckerna i trädgårdarna.", "flicka", "trädgård" },
        { "fi", "Talojen katoilla istui lintuja.", "talo", "lintu" },
        { "hu", "A könyvekben sok képet találtak.", "könyv", "kép" },
        { "ru", "Книги стояли на старых полках.", "книга", "полка" },
        { "tr", "Kitapların kapakları çok eskiydi.", "kitap", "kapak" },
        { "el", "Οι γάτες των ανθρώπων κοιμούνται.", "γάτα", "άνθρωπος" },
        { "ar", "كانت الكتابات القديمة في المكتبة", "كتابة", "مكتبة" },
        { "hi", "लड़कियों ने किताबें पढ़ीं", "लड़की", "किताब" },
    };

    [Theory]
    [MemberData(nameof(Inflected))]
    public async Task A_word_is_found_in_another_form_of_its_language(string language, string text, string one, string other)
    {
        await using var room = await SearchRoom.CreateAsync();
        await AddAsync(room, "fil_1", text, language);
        await room.AddAsync("fil_2", "two.txt", "Nothing of that kind in English.");
        Assert.Equal(["fil_1"], await room.FindAsync(one));
        Assert.Equal(["fil_1"], await room.FindAsync(other));
        var hit = Assert.Single((await room.Service.KeywordAsync(Request(one), Stop)).Hits);
        Assert.Single(hit.Highlights);
    }

    [Fact]
    public async Task Every_language_with_a_dictionary_can_stem()
    {
        await using var room = await SearchRoom.CreateAsync();
        string[] languages = ["ar", "hy", "eu", "ca", "da", "nl", "fi", "fr", "de", "el", "hi", "hu", "id", "ga", "it", "lt", "ne", "no", "pt", "ro", "ru", "sr", "es", "sv", "ta", "tr", "yi"];
        Assert.All(languages, language => Assert.True(SnowballStems.Has(language)));
        var stems = await new TextAnalysis(room.DataSource).LearnAsync(languages.Select(language => ("some words", (string?)language)), Stop);
        Assert.All(languages, language => Assert.NotEmpty(stems.StemOf("words", language)));
    }

    [Fact]
    public async Task Stop_words_of_a_language_can_be_found()
    {
        await using var room = await SearchRoom.CreateAsync();
        await AddAsync(room, "fil_1", "Sein oder nicht sein", "de");
        Assert.Equal(["fil_1"], await room.FindAsync("nicht"));
        Assert.Equal(["fil_1"], await room.FindAsync("\"oder nicht sein\""));
    }

    [Fact]
    public async Task A_file_found_in_its_old_language_is_not_once_its_text_is_another()
    {
        await using var room = await SearchRoom.CreateAsync();
        await AddAsync(room, "fil_1", "Die Häuser der Stadt", "de");
        Assert.Equal(["fil_1"], await room.FindAsync("Haus"));
        await AddAsync(room, "fil_1", "Les maisons de la ville", "fr", version: 2);
        Assert.Empty(await room.FindAsync("Haus"));
        Assert.Equal(["fil_1"], await room.FindAsync("maison"));
    }

    [Fact]
    public async Task A_renamed_file_keeps_the_stems_of_its_text()
    {
        await using var room = await SearchRoom.CreateAsync();
        await AddAsync(room, "fil_1", "Die Häuser der Stadt", "de");
        await room.FindAsync("Haus");
        await room.CommitAsync(tx => room.Writer.UpsertFilesAsync(tx, Tenant, [File("fil_1", "Bericht.txt", "Die Häuser der Stadt")], Stop));
        Assert.Equal(["fil_1"], await room.FindAsync("Haus Bericht"));
    }

    [Theory]
    [InlineData("strasse")]
    [InlineData("STRASSE")]
    [InlineData("straße")]
    [InlineData("Strassen")]
    public async Task Sharp_s_may_be_typed_either_way(string query)
    {
        await using var room = await SearchRoom.CreateAsync();
        await AddAsync(room, "fil_1", "Die Straßen der Stadt", "de");
        Assert.Equal(["fil_1"], await room.FindAsync(query));
    }

    [Theory]
    [InlineData("präsident")]
    [InlineData("prasident")]
    [InlineData("Praesident")]
    public async Task Umlauts_may_be_typed_as_letters_without_dots_or_with_an_e(string query)
    {
        await using var room = await SearchRoom.CreateAsync();
        await AddAsync(room, "fil_1", "Der Präsident sprach", "de");
        Assert.Equal(["fil_1"], await room.FindAsync(query));
    }

    [Fact]
    public async Task Without_the_stemmers_words_are_found_as_they_are_spelled()
    {
        await using var room = await SearchRoom.CreateAsync();
        await AddAsync(room, "fil_1", "Die Häuser der Stadt", "de");
        await room.Node.CatchUpAsync(Tenant, Stop);
        await room.ExecuteAsync("ALTER TEXT SEARCH DICTIONARY search.german RENAME TO gone");
        var ranking = await room.Node.KeywordAsync(new(Request("Häuser"), 0, 10), Stop);
        Assert.Equal(["fil_1"], ranking.Files.Select(file => file.FileId));
        Assert.Single(await room.Node.LoadAsync(new(Request("Häuser"), 0, 10), ranking.Files, Stop));
    }

    private static Task AddAsync(SearchRoom room, string id, string text, string language, int version = 1) => room.CommitAsync(async transaction =>
    {
        IndexedFile file = File(id, $"{id}.txt", text, version: version);
        await room.Writer.UpsertFilesAsync(transaction, Tenant, [file], Stop);
        Assert.True(await room.Writer.ReplaceChunksAsync(
            transaction, Tenant, id, file.ContentHash, "text", language, room.Chunker.Split([new(1, text, [])]), Stop));
    });
}
