using System.Text;
using ScaiDrive.Extraction.Formats.Mail;

namespace ScaiDrive.Extraction.Tests;

public sealed class MsgTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private static readonly DateTimeOffset Morning = new(2026, 2, 3, 9, 15, 0, TimeSpan.Zero);

    private async Task<ExtractedDocument> ReadAsync(ItemBuilder item) => await fixture.ExtractAsync("a.msg", item.Build());

    private static string Body(ExtractedDocument document) => document.Pages[0].Text.Split("\n\n", 2)[^1];

    [Fact]
    public async Task The_head_names_people_with_their_addresses()
    {
        var item = new ItemBuilder().Text(0x0037, "Crane 7").Text(0x0042, "Jo Pike").Text(0x0065, "/O=ORG/CN=JO").Text(0x5D02, "jo@example.org").Time(0x0039, Morning).Text(0x1000, "Hello.")
            .Inside("__recip_version1.0_#00000000", recipient => recipient.Text(0x3001, "Ann Berg").Text(0x39FE, "ann@example.org").Number(0x0C15, 1))
            .Inside("__recip_version1.0_#00000001", recipient => recipient.Text(0x3001, "desk@example.org").Text(0x3003, "desk@example.org").Number(0x0C15, 2));

        var document = await ReadAsync(item);

        Assert.Equal(("ok", "application/vnd.ms-outlook"), (document.Status, document.MimeType));
        Assert.Equal("Subject: Crane 7\nFrom: Jo Pike <jo@example.org>\nTo: Ann Berg <ann@example.org>\nCc: desk@example.org\nDate: 2026-02-03 09:15 UTC\n\nHello.", Assert.Single(document.Pages).Text);
        Assert.Equal(("Crane 7", "Jo Pike <jo@example.org>", Morning), (document.Metadata.Title, document.Metadata.Author, document.Metadata.CreatedAt));
    }

    [Theory]
    [InlineData(0x3FFD, 1251, "Привет")]
    [InlineData(0x3FDE, 950, "陳惠珍")]
    public async Task Eight_bit_text_is_in_the_code_page_the_item_names(int tag, int codePage, string text)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

        var document = await ReadAsync(new ItemBuilder().Number((ushort)tag, codePage).Bytes(0x1000, 0x1E, Encoding.GetEncoding(codePage).GetBytes(text)));

        Assert.Equal(text, document.AllText());
    }

    [Fact]
    public async Task The_richest_body_that_says_something_is_read()
    {
        static byte[] Packed(string rtf) => [.. BitConverter.GetBytes(0), .. BitConverter.GetBytes(0), .. BitConverter.GetBytes(0x414C454D), .. BitConverter.GetBytes(0), .. Encoding.Latin1.GetBytes(rtf)];
        var item = new ItemBuilder().Text(0x1000, "plain").Number(0x3FDE, 1252);

        Assert.Equal("plain", (await ReadAsync(item)).AllText());
        Assert.Equal("rich", (await ReadAsync(item.Bytes(0x1009, 0x102, Packed(@"{\rtf1 rich}")))).AllText());
        Assert.Equal("märk\nup", (await ReadAsync(item.Bytes(0x1013, 0x102, Encoding.Latin1.GetBytes("<p>märk</p><p>up</p>")))).AllText());
    }

    [Fact]
    public void Compressed_rich_text_refers_to_what_came_before_and_to_common_words()
    {
        // The examples of [MS-OXRTFCP] 3.
        var simple = Convert.FromHexString("2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0");
        var crossing = Convert.FromHexString("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0");

        Assert.Equal("{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n", Encoding.ASCII.GetString(CompressedRtf.Decode(simple)));
        Assert.Equal("{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}", Encoding.ASCII.GetString(CompressedRtf.Decode(crossing)));
    }

    [Fact]
    public async Task Attachments_are_parts_and_so_are_messages_inside()
    {
        var item = new ItemBuilder().Text(0x1000, "outer")
            .Inside("__attach_version1.0_#00000000", file => file.Text(0x3704, "LONGNA~1.TXT").Text(0x3707, "long name.txt").Bytes(0x3701, 0x102, "attached words"u8.ToArray()))
            .Inside("__attach_version1.0_#00000001", file => file.Text(0x3001, "Forwarded")
                .Inside("__substg1.0_3701000D", inner => inner.Text(0x0037, "Inner").Text(0x1000, "inner words").Time(0x0039, Morning), header: 24));

        var document = await ReadAsync(item);

        Assert.Equal(["outer", "long name.txt\nattached words", "Forwarded\nSubject: Inner\nDate: 2026-02-03 09:15 UTC\n\ninner words"], document.Pages.Select(page => page.Text));
    }

    [Fact]
    public async Task Appointments_and_contacts_show_their_fields()
    {
        var item = new ItemBuilder().Text(0x001A, "IPM.Contact").Text(0x3001, "Jo Pike").Text(0x3A16, "Halvorsen").Text(0x3A1C, "+47 1").Named(0x8208, 0, "Quay 3").NamedTime(0x820D, 1, Morning).NamedText("Keywords", 2, "Red", "Lifts");

        Assert.Equal("Name: Jo Pike\nCompany: Halvorsen\nMobile telephone: +47 1\nLocation: Quay 3\nStart: 2026-02-03 09:15\nCategories: Red, Lifts", (await ReadAsync(item)).AllText());
    }

    [Fact]
    public async Task A_list_of_people_shows_its_members()
    {
        byte[] member = [.. new byte[23], 0x80, .. Encoding.Unicode.GetBytes("Ann Berg\0SMTP\0ann@example.org\0")];

        Assert.Equal("Name: Team\nMember: Ann Berg <ann@example.org>", (await ReadAsync(new ItemBuilder().Text(0x001A, "IPM.DistList").Text(0x3001, "Team").NamedBlob(0x8054, 0, member))).AllText());
    }

    [Fact]
    public async Task Messages_nested_beyond_the_limit_are_named_and_those_above_stay()
    {
        var item = new ItemBuilder();
        var at = item;
        for (var depth = 0; depth < 9; depth++)
        {
            at.Text(0x1000, $"text {depth}");
            ItemBuilder? inner = null;
            at.Inside("__attach_version1.0_#00000000", file => file.Text(0x3001, "next").Inside("__substg1.0_3701000D", content => inner = content, header: 24));
            at = inner!;
        }
        at.Text(0x1000, "bottom");

        var document = await ReadAsync(item);

        Assert.Contains("text 5", document.AllText(), StringComparison.Ordinal);
        Assert.Contains("nesting_limit", document.Detail, StringComparison.Ordinal);
    }

    /// <summary>Builds items property by property ([MS-OXMSG]).</summary>
    private sealed class ItemBuilder
    {
        private readonly List<(string Name, byte[] Content)> _streams = [];
        private readonly List<byte> _fixed = [];
        private readonly List<(string Name, ItemBuilder Item, int Header)> _inside = [];
        private readonly SortedDictionary<int, (uint Number, string? Text)> _names = [];

        internal ItemBuilder Bytes(ushort tag, ushort type, byte[] content)
        {
            _streams.Add(($"__substg1.0_{tag:X4}{type:X4}", content));
            return this;
        }

        internal ItemBuilder Text(ushort tag, string text) => Bytes(tag, 0x1F, Encoding.Unicode.GetBytes(text));

        internal ItemBuilder Number(ushort tag, int number) => Fixed(tag, 3, number);

        internal ItemBuilder Time(ushort tag, DateTimeOffset time) => Fixed(tag, 0x40, time.ToFileTime());

        internal ItemBuilder Named(uint number, int index, string text)
        {
            _names[index] = (number, null);
            return Text((ushort)(0x8000 + index), text);
        }

        internal ItemBuilder NamedTime(uint number, int index, DateTimeOffset time)
        {
            _names[index] = (number, null);
            return Time((ushort)(0x8000 + index), time);
        }

        internal ItemBuilder NamedBlob(uint number, int index, byte[] content)
        {
            _names[index] = (number, null);
            _streams.Add(($"__substg1.0_{0x8000 + index:X4}1102-00000000", content));
            return this;
        }

        internal ItemBuilder NamedText(string name, int index, params string[] texts)
        {
            _names[index] = (0, name);
            for (var i = 0; i < texts.Length; i++)
                _streams.Add(($"__substg1.0_{0x8000 + index:X4}101F-{i:X8}", Encoding.Unicode.GetBytes(texts[i])));
            return this;
        }

        internal ItemBuilder Inside(string storage, Action<ItemBuilder> build, int header = 8)
        {
            var item = new ItemBuilder();
            build(item);
            _inside.Add((storage, item, header));
            return this;
        }

        internal byte[] Build()
        {
            var file = new CompoundBuilder();
            AddTo(file, "", header: 32);
            var (entries, texts) = (new List<byte>(), new List<byte>());
            foreach (var (index, (number, text)) in _names)
            {
                entries.AddRange(BitConverter.GetBytes(text is null ? number : (uint)texts.Count));
                entries.AddRange([(byte)(text is null ? 6 : 5), 0, .. BitConverter.GetBytes((ushort)index)]);
                if (text is not null)
                    texts.AddRange([.. BitConverter.GetBytes(text.Length * 2), .. Encoding.Unicode.GetBytes(text)]);
            }
            return file.Add("__nameid_version1.0/__substg1.0_00030102", [.. entries]).Add("__nameid_version1.0/__substg1.0_00040102", [.. texts]).Build();
        }

        private void AddTo(CompoundBuilder file, string path, int header)
        {
            file.Add(path + "__properties_version1.0", [.. new byte[header], .. _fixed]);
            foreach (var (name, content) in _streams)
                file.Add(path + name, content);
            foreach (var (name, item, inner) in _inside)
                item.AddTo(file, $"{path}{name}/", inner);
        }

        private ItemBuilder Fixed(ushort tag, ushort type, long value)
        {
            _fixed.AddRange([.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(tag), 6, 0, 0, 0, .. BitConverter.GetBytes(value)]);
            return this;
        }
    }
}
