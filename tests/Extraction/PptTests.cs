using System.IO.Compression;
using System.Text;
using ScaiDrive.Extraction.Formats.Office.Binary;
using ScaiDrive.Extraction.Formats.Office.Protection;
using static ScaiDrive.Extraction.Tests.DocBuilder;

namespace ScaiDrive.Extraction.Tests;

public sealed class PptTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private const int List = PptType.SlideList, DrawingGroup = PptType.ShapeGroup;

    [Fact]
    public async Task A_slide_is_a_page_with_its_title_first()
    {
        var document = await fixture.ExtractAsync("deck.ppt", Build(
            Document(Container(List, 0, [.. Listed(3, 256), .. Listed(2, 257)])),
            Slide(Shape(0, 1, "late Ж")),
            Slide([.. Shape(0, 4, "point\rnext\vline"), .. Shape(13, 0, "Title")])));

        Assert.Equal(("ok", "application/vnd.ms-powerpoint"), (document.Status, document.MimeType));
        Assert.Equal(["Title\npoint\nnext\nline", "late Ж"], document.Pages.Select(page => page.Text));
        Assert.Equal("Title", Assert.Single(document.Pages[0].Headings).Title);
    }

    [Fact]
    public async Task Texts_in_the_outline_stand_where_their_shapes_are_and_none_is_lost()
    {
        var shape = Container(PptType.Shape, 0, Container(PptType.ShapeText, 0, Atom(PptType.OutlineReference, 0, Number(1))));
        var document = await fixture.ExtractAsync("deck.ppt", Build(
            Document(Container(List, 0, [.. Listed(2, 256), .. Text(0, "Title"), .. Text(1, "body"), .. Text(1, "left over")])),
            Slide([.. shape, .. Shape(0, 4, "drawn")])));

        Assert.Equal("Title\nbody\ndrawn\nleft over", document.AllText());
    }

    [Fact]
    public async Task Notes_comments_links_and_footers_follow_the_slide_and_prompts_do_not()
    {
        var atom = Atom(PptType.SlideAtom, 2, [.. new byte[12], .. Number(900), .. Number(700), .. new byte[4]]);
        byte[] comment = Container(PptType.Comment, 0, [.. String(0, "Mia Lund"), .. String(1, "Too dark")]);
        byte[] tags = Container(0x1388, 0, Container(0x138A, 0, Atom(0x138B, 0, comment)));
        var link = Container(PptType.Hyperlink, 0, [.. Atom(PptType.HyperlinkAtom, 0, Number(5)), .. String(0, "shown"), .. String(1, "http://example.org/")]);
        var click = Container(0x0FF2, 0, Atom(PptType.Interaction, 0, [.. Number(0), .. Number(5), .. new byte[8]]));
        var document = await fixture.ExtractAsync("deck.ppt", Build(
            Document([.. Container(PptType.ObjectList, 0, link), .. Container(List, 0, Listed(2, 256)), .. Container(List, 1, Listed(3, 900)), .. Container(List, 2, Listed(4, 700))]),
            Container(PptType.Slide, 0, [.. atom, .. Drawing([.. Shape(0, 4, "body*", Atom(PptType.FooterField, 0, Number(4))), .. Container(PptType.Shape, 0, click)]), .. Furniture("footer"), .. tags]),
            Container(PptType.MainMaster, 0, Drawing([.. Shape(1, 0, "Click to edit"), .. Shape(0, 4, "Confidential"), .. Shape(9, 4, "master footer")])),
            Container(PptType.Notes, 0, Drawing(Shape(12, 2, "speak slowly")))));

        Assert.Equal("bodyfooter\nfooter\nhttp://example.org/\nspeak slowly\nMia Lund\nToo dark\nConfidential\nmaster footer", document.AllText());
    }

    [Fact]
    public async Task A_packed_object_is_a_part_of_the_presentation()
    {
        byte[] native = [.. Number(0), .. Short(2), .. "notes.csv\0"u8, 0, .. Number(0), .. Number(0), .. Number(8), .. "needle,7"u8];
        var packed = new MemoryStream();
        using (var deflate = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(new CompoundBuilder().Add("\u0001Ole10Native", native).Build());
        var item = Container(PptType.Embedded, 0, [.. Atom(PptType.OleObject, 1, [.. new byte[16], .. Number(3), .. Number(0)]), .. String(1, "Package")]);

        var document = await fixture.ExtractAsync("deck.ppt", Build(
            Document([.. Container(PptType.ObjectList, 0, item), .. Container(List, 0, Listed(2, 256))]), Slide(Shape(0, 4, "outer")),
            [.. Short(1 << 4), .. Short(PptType.ObjectStorage), .. Number((int)packed.Length + 4), .. Number(0), .. packed.ToArray()]));

        Assert.Equal("outer", document.Pages[0].Text);
        Assert.Contains("notes.csv\nneedle\t7", document.Pages[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_its_last_edit_the_presentation_is_found_by_what_stands_in_the_file()
    {
        var document = await fixture.ExtractAsync("deck.ppt", Build([Document(Container(List, 0, Listed(2, 256))), Slide(Shape(0, 4, "found"))], currentEdit: 7));

        Assert.Equal("found", document.AllText());
    }

    [Fact]
    public async Task Edits_that_lead_to_each_other_end()
    {
        var document = await fixture.ExtractAsync("deck.ppt", Build([Document(Container(List, 0, Listed(2, 256))), Slide(Shape(0, 4, "once"))], loops: true));

        Assert.Equal("once", document.AllText());
    }

    [Fact]
    public async Task What_needs_a_password_says_so_and_the_own_password_of_the_program_is_tried()
    {
        byte[][] objects = [Document(Container(List, 0, Listed(2, 256))), Slide(Shape(0, 4, "open")), Session("/01Hannes Ruescher/01")];

        Assert.Equal("open", (await fixture.ExtractAsync("deck.ppt", Build(objects, session: 3))).AllText());
        Assert.Equal("encrypted", (await fixture.ExtractAsync("deck.ppt", Build([.. objects[..2], Session("another")], session: 3))).Status);
    }

    private static byte[] Atom(int type, int version, byte[] content) => [.. Short(version), .. Short(type), .. Number(content.Length), .. content];

    private static byte[] Container(int type, int instance, byte[] content) => [.. Short(instance << 4 | 15), .. Short(type), .. Number(content.Length), .. content];

    private static byte[] String(int instance, string text) => [.. Short(instance << 4), .. Short(PptType.String), .. Number(text.Length * 2), .. Encoding.Unicode.GetBytes(text)];

    private static byte[] Text(int kind, string text, byte[]? fields = null) =>
        [.. Atom(PptType.TextHeader, 0, Number(kind)), .. text.All(char.IsAscii) ? Atom(PptType.TextBytes, 0, Encoding.Latin1.GetBytes(text)) : Atom(PptType.TextChars, 0, Encoding.Unicode.GetBytes(text)), .. fields ?? []];

    private static byte[] Shape(int placeholder, int kind, string text, byte[]? fields = null) => Container(PptType.Shape, 0,
    [
        .. Container(PptType.ShapeClient, 0, placeholder == 0 ? [] : Atom(PptType.Placeholder, 0, [.. Number(0), (byte)placeholder, 0, 0, 0])),
        .. Container(PptType.ShapeText, 0, Text(kind, text, fields)),
    ]);

    private static byte[] Drawing(byte[] shapes) => Container(PptType.Drawing, 0, Container(PptType.DrawingContainer, 0, Container(DrawingGroup, 0, shapes)));

    private static byte[] Slide(byte[] shapes) => Container(PptType.Slide, 0, Drawing(shapes));

    private static byte[] Furniture(string footer) => Container(PptType.HeadersFooters, 3, String(2, footer));

    private static byte[] Listed(int number, int id) => Atom(PptType.SlidePersist, 0, [.. Number(number), .. Number(0), .. Number(0), .. Number(id), .. Number(0)]);

    private static byte[] Document(byte[] content) => Container(PptType.Document, 0, content);

    // An RC4 header of the CryptoAPI kind ([MS-OFFCRYPTO] 2.3.5.1) whose verifier is all zeros, enciphered.
    private static byte[] Session(string password)
    {
#pragma warning disable CA5350 // the format's own hash
        var salt = new byte[16];
        var start = System.Security.Cryptography.SHA1.HashData([.. salt, .. Encoding.Unicode.GetBytes(password)]);
        byte[] check = [.. new byte[16], .. System.Security.Cryptography.SHA1.HashData(new byte[16])];
        new Rc4(System.Security.Cryptography.SHA1.HashData([.. start, .. Number(0)]).AsSpan(0, 16)).Apply(check);
#pragma warning restore CA5350
        byte[] header = [.. Number(4), .. Number(0), .. Number(0x6801), .. Number(0x8004), .. Number(128), .. Number(1), .. Number(0), .. Number(0), 0, 0];
        return Container(PptType.EncryptionSession, 0, [.. Short(2), .. Short(2), .. Number(4), .. Number(header.Length), .. header, .. Number(16), .. salt, .. check[..16], .. Number(20), .. check[16..]]);
    }

    private static byte[] Build(params byte[][] objects) => Build(objects, null);

    private static byte[] Build(byte[][] objects, int? currentEdit = null, bool loops = false, int session = 0)
    {
        var encryption = session == 0 ? null : Rc4Encryption.Open(objects[session - 1].AsSpan(8), "/01Hannes Ruescher/01");
        var (stream, offsets) = (new List<byte>(), new List<int>());
        for (var i = 0; i < objects.Length; i++)
        {
            var stored = (byte[])objects[i].Clone();
            if (i + 1 != session)
                encryption?.Block((uint)i + 1).Apply(stored);
            offsets.Add(stream.Count);
            stream.AddRange(stored);
        }
        var directory = stream.Count;
        stream.AddRange(Atom(PptType.Directory, 0, [.. Number(objects.Length << 20 | 1), .. offsets.SelectMany(Number)]));
        var edit = stream.Count;
        stream.AddRange(Atom(PptType.UserEdit, 0, [.. new byte[8], .. Number(loops ? edit : 0), .. Number(directory), .. Number(1), .. new byte[8], .. session == 0 ? [] : Number(session)]));
        byte[] user = Atom(PptType.CurrentUser, 0, [.. Number(20), .. Number(session == 0 ? unchecked((int)0xE391C05F) : unchecked((int)0xF3D1C4DF)), .. Number(currentEdit ?? edit)]);
        return new CompoundBuilder().Add("PowerPoint Document", [.. stream]).Add("Current User", user).Build();
    }
}
