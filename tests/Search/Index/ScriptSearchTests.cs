using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Index;

/// <summary>Scripts whose words are not told apart by spaces, and characters that have several codes.</summary>
public sealed class ScriptSearchTests
{
    [Fact]
    public async Task Any_part_of_a_text_without_spaces_finds_it()
    {
        await using var room = await SearchRoom.CreateAsync();
        (string Id, string Text, string[] Queries, string[] Others)[] files =
        [
            ("fil_zh", "委员会星期二开会讨论新桥的费用", ["委员会", "星期二", "桥", "讨论新桥", "费用"], ["员委", "星二"]),
            ("fil_ja", "東京タワーは1958年に完成した電波塔です", ["東京タワー", "ﾀﾜｰ", "電波塔", "1958", "完成", "東", "\"東京タワーは 1958\""], ["京東", "タワ東"]),
            ("fil_half", "ｶﾞｲﾄﾞﾌﾞｯｸを読む", ["ガイドブック", "ｶﾞｲﾄﾞ", "読む"], ["カイト"]),
            ("fil_th", "ประชุมเรื่องสะพานใหม่", ["สะพาน", "สะพานใหม่", "ประชุม"], ["พานสะ"]),
            ("fil_lo", "ກອງປະຊຸມເລື່ອງຂົວໃໝ່", ["ກອງປະຊຸມ", "ຂົວ"], ["ຊຸມກອງ"]),
            ("fil_km", "ការប្រជុំអំពីស្ពានថ្មី", ["ស្ពាន", "ប្រជុំ"], ["ថ្មីស្ពាន"]),
            ("fil_my", "တံတားသစ်အကြောင်းအစည်းအဝေး", ["တံတား", "အစည်းအဝေး"], ["ဝေးတံ"]),
            ("fil_ko", "학교에서 회의를 했다", ["학교", "회의", "학교에서", "회의를"], ["교학"]),
            ("fil_extension", "古字𠮷野家と𩸽", ["𠮷野家", "𠮷", "𩸽", "野家"], ["𩸽𠮷"]),
            ("fil_wide", "ＡＢＣ　ｒｅｐｏｒｔ", ["abc", "report", "ＡＢＣ"], ["abcd"]),
        ];
        foreach (var (id, text, _, _) in files)
            await room.AddAsync(id, $"{id}.txt", text);
        foreach (var (id, _, queries, others) in files)
        {
            foreach (var query in queries)
            {
                Assert.True((await room.FindAsync(query)).SequenceEqual([id]), $"{query} in {id}");
                var hit = Assert.Single((await room.Service.KeywordAsync(Request(query), Stop)).Hits);
                Assert.True(hit.Highlights.Count > 0, $"{query} is marked in {id}");
            }

            foreach (var query in others)
                Assert.True((await room.FindAsync(query)).Count == 0, $"{query} not in {id}");
        }
    }

    [Theory]
    [InlineData("cafe\u0301", "caf\u00e9")]
    [InlineData("co\u00adoperation", "cooperation")]
    [InlineData("ﬁle", "file")]
    [InlineData("İstanbul", "istanbul")]
    [InlineData("שָׁלוֹם", "שלום")]
    [InlineData("مُحَمَّد", "محمد")]
    [InlineData("Ёлка", "елка")]
    [InlineData("Łódź", "lodz")]
    public async Task Characters_with_several_codes_are_the_same(string written, string typed)
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", $"Here stands {written} in text");
        Assert.Equal(["fil_1"], await room.FindAsync(typed));
        Assert.Equal(["fil_1"], await room.FindAsync(written));
        var hit = Assert.Single((await room.Service.KeywordAsync(Request(typed), Stop)).Hits);
        var mark = Assert.Single(hit.Highlights);
        Assert.Equal(written, hit.Snippet!.Substring(mark.Offset, mark.Length));
    }

    [Fact]
    public async Task Vowel_signs_of_indic_scripts_are_kept_apart()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "कल");
        await room.AddAsync("fil_2", "2.txt", "काल");
        await room.AddAsync("fil_3", "3.txt", "किल");
        Assert.Equal(["fil_1"], await room.FindAsync("कल"));
        Assert.Equal(["fil_2"], await room.FindAsync("काल"));
        Assert.Equal(["fil_3"], await room.FindAsync("किल"));
    }
}
