using ScaiDrive.Search.Index;
using ScaiDrive.Search.Tests.Support;
using ScaiDrive.Search.Text;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Text;

public sealed class ExtractedTextStoreTests
{
    private static readonly StoredText Text = new(
        "ok", "application/pdf",
        [new(1, "Title\nwith \0 NUL, \"quotes\" and 日本語", [new(0, 1, "Title")], null), new(2, "scanned", [], 0.93)], [3, 4])
    {
        PipelineVersion = "ocr.1+pdf.1",
        Metadata = new() { Title = "A \0 title", Author = "Jane Doe", CreatedAt = new(2024, 2, 29, 1, 2, 3, TimeSpan.Zero), Language = "de-AT", PageCount = 4 },
        ReadTime = TimeSpan.FromMilliseconds(1500),
        OcrTime = TimeSpan.FromMilliseconds(2500),
    };

    [Fact]
    public async Task Text_comes_back_as_it_was_saved_under_its_tenant_and_content()
    {
        await using var room = await SearchRoom.CreateAsync();
        var store = new ExtractedTextStore(room.DataSource);
        await room.CommitAsync(tx => store.SaveAsync(tx, Tenant, "hash", Text, Stop));

        var kept = Text with { Metadata = Text.Metadata with { Title = "A \uFFFD title" } };
        Assert.Equivalent(kept, await store.FindAsync(Tenant, "hash", Stop), strict: true);
        Assert.Equal(kept.Metadata, await store.FindMetadataAsync(Tenant, "hash", Stop));
        Assert.Null(await store.FindAsync("tnt_two", "hash", Stop));
        Assert.Null(await store.FindMetadataAsync(Tenant, "other", Stop));
    }

    [Fact]
    public async Task A_content_has_one_text_whichever_version_read_it_last()
    {
        await using var room = await SearchRoom.CreateAsync();
        var store = new ExtractedTextStore(room.DataSource);
        await room.CommitAsync(tx => store.SaveAsync(tx, Tenant, "hash", Text, Stop));
        await room.CommitAsync(tx => store.SaveAsync(tx, Tenant, "hash", Text with { Status = "encrypted", Pages = [], PipelineVersion = "pdf.2" }, Stop));

        var now = await store.FindAsync(Tenant, "hash", Stop);
        Assert.Equal(("encrypted", "pdf.2"), (now!.Status, now.PipelineVersion));
    }

    [Fact]
    public async Task Whoever_holds_a_text_is_alone_with_it_even_before_there_is_one()
    {
        await using var room = await SearchRoom.CreateAsync();
        var store = new ExtractedTextStore(room.DataSource);
        Task<StoredText?> second = null!;
        await using var connection = await room.DataSource.OpenConnectionAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        await room.CommitAsync(async tx =>
        {
            Assert.Null(await store.HoldAsync(tx, Tenant, "hash", Stop));
            second = store.HoldAsync(transaction, Tenant, "hash", Stop);
            await store.SaveAsync(tx, Tenant, "hash", Text, Stop);
            Assert.False(second.IsCompleted);
        });

        Assert.Equal(Text.PipelineVersion, (await second)!.PipelineVersion);
    }

    [Fact]
    public void The_hash_of_a_text_moves_with_all_that_is_indexed_and_nothing_else()
    {
        var hash = Text.ComputeHash();
        Assert.Equal(hash, (Text with { PipelineVersion = "pdf.9", ReadTime = TimeSpan.Zero, Detail = "x", PagesNeedingOcr = [] }).ComputeHash());
        Assert.NotEqual(hash, (Text with { Metadata = Text.Metadata with { Author = "John Doe" } }).ComputeHash());
        Assert.NotEqual(hash, (Text with { Pages = [Text.Pages[0], Text.Pages[1] with { Text = "scanner" }] }).ComputeHash());
        Assert.NotEqual(hash, (Text with { Pages = [Text.Pages[0] with { Headings = [] }, Text.Pages[1]] }).ComputeHash());
    }

    [Fact]
    public async Task Outdated_texts_are_estimated_by_format_and_walked_file_by_file()
    {
        await using var room = await SearchRoom.CreateAsync();
        var store = new ExtractedTextStore(room.DataSource);
        var outdated = new OutdatedTexts(room.DataSource);
        await room.CommitAsync(async tx =>
        {
            IndexedFile[] files = [File("fil_1", "a.pdf", "one"), File("fil_2", "copy of a.pdf", "one"), File("fil_3", "b.txt", "three"), File("fil_4", "c.txt", "fresh")];
            await room.Writer.UpsertFilesAsync(tx, Tenant, files, Stop);
            await store.SaveAsync(tx, Tenant, HashOf("one"), Text, Stop);
            await store.SaveAsync(tx, Tenant, HashOf("three"), new("ok", "text/plain", [new(1, "x", [], null)], []) { PipelineVersion = "text.1" }, Stop);
            await store.SaveAsync(tx, Tenant, HashOf("fresh"), new("ok", "text/plain", [new(1, "x", [], null)], []) { PipelineVersion = "text.2" }, Stop);
            await store.SaveAsync(tx, Tenant, HashOf("shown by no file"), Text, Stop);
            await store.SaveAsync(tx, "tnt_two", HashOf("one"), Text with { PipelineVersion = "pdf.7" }, Stop);
        });

        Assert.Equal(["ocr.1+pdf.1", "text.1", "text.2"], await outdated.VersionsAsync(Tenant, Stop));
        Assert.Empty(await outdated.VersionsAsync("tnt_none", Stop));
        Assert.Equal(
            [
                new OutdatedFormat("application/pdf", 2, 1, 2, 3, 1, TimeSpan.FromSeconds(4)),
                new OutdatedFormat("text/plain", 1, 1, 1, 5, 0, TimeSpan.Zero),
            ],
            await outdated.EstimateAsync(Tenant, ["ocr.1+pdf.1", "text.1"], ["ocr.1+pdf.1"], Stop));
        var cheaper = Assert.Single(await outdated.EstimateAsync(Tenant, ["ocr.1+pdf.1"], [], Stop));
        Assert.Equal((0, TimeSpan.FromSeconds(1.5)), (cheaper.OcrPages, cheaper.Duration));

        var walked = new List<string>();
        OutdatedFile? last = null;
        while (await outdated.FilesAsync(Tenant, ["ocr.1+pdf.1", "text.1"], last, 1, Stop) is [var file])
            walked.Add((last = file).FileId);
        Assert.Equal(["fil_1", "fil_2", "fil_3"], walked.Order());
    }
}
