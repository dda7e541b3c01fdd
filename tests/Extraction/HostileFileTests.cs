using System.Text;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Extraction.Tests;

public sealed class HostileFileTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    [CorpusFact]
    public async Task Every_real_document_ends_ok_or_with_a_reason_and_the_child_lives_on()
    {
        await fixture.ExtractAsync("warm.txt", "warm"u8.ToArray());
        var child = Assert.Single(fixture.Pool.IdleChildren);
        var ok = 0;
        foreach (var path in Directory.GetFiles(Path.Combine(RepositoryPaths.Corpus!, "documents")))
        {
            await using var content = File.OpenRead(path);
            var document = await fixture.Pool.ExtractAsync(content, Path.GetFileName(path), CancellationToken.None);
            Assert.True(document.Status == ReasonCodes.Ok || ReasonCodes.Hints.ContainsKey(document.Status), $"{path}: {document.Status}");
            Assert.True(document.Status != ReasonCodes.Ok || document.AllText().Length > 0 || document.PagesNeedingOcr.Count > 0, $"{path}: ok, but nothing in it");
            Assert.NotEqual(ReasonCodes.ExtractorCrashed, document.Status);
            ok += document.Status == ReasonCodes.Ok ? 1 : 0;
        }
        Assert.True(ok >= 30, $"Only {ok} files gave text.");
        Assert.Equal(child, Assert.Single(fixture.Pool.IdleChildren));
    }

    [Fact]
    public async Task A_pdf_with_a_password_is_encrypted()
    {
        var document = await fixture.ExtractAsync("secret.pdf", Encoding.Latin1.GetBytes(
            """
            %PDF-1.4
            1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
            2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
            3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >> endobj
            4 0 obj << /Filter /Standard /V 1 /R 2 /P -4 /O (01234567890123456789012345678901) /U (10987654321098765432109876543210) >> endobj
            trailer << /Root 1 0 R /Size 5 /Encrypt 4 0 R /ID [(a) (a)] >>
            %%EOF
            """));

        Assert.Equal(("encrypted", "application/pdf"), (document.Status, document.MimeType));
    }

    [CorpusFact]
    public async Task An_office_document_with_a_password_is_encrypted()
    {
        var document = await fixture.ExtractAsync("a.xls", await File.ReadAllBytesAsync(Path.Combine(RepositoryPaths.Corpus!, "documents", "testEXCEL_protected_passtika.xls")));

        Assert.Equal("encrypted", document.Status);
    }

    [Theory]
    [InlineData("Failure report crane 7.pdf", 400)]
    [InlineData("Technician handbook.docx", 900)]
    [InlineData("Price list 2026.xlsx", 400)]
    public async Task A_file_cut_short_is_corrupt(string sample, int length)
    {
        var content = await File.ReadAllBytesAsync(Path.Combine(RepositoryPaths.Root, "samples", sample));

        var document = await fixture.ExtractAsync(sample, content[..length]);

        Assert.Equal("corrupt", document.Status);
        Assert.NotNull(document.Detail);
    }

    [Fact]
    public async Task A_part_that_unpacks_without_end_is_stopped()
    {
        var content = OfficeDocuments.Word($"<w:p><w:r><w:t>{new string('a', 100 << 20)}</w:t></w:r></w:p>");

        var document = await fixture.ExtractAsync("bomb.docx", content);

        Assert.Equal("expansion_limit", document.Status);
    }

    [Theory]
    [InlineData("xml")]
    [InlineData("html")]
    [InlineData("docx")]
    public async Task Content_nested_beyond_reason_is_named_so(string kind)
    {
        var content = kind switch
        {
            "docx" => OfficeDocuments.Word(Nested("w:sdt", 5_000)),
            "html" => Encoding.UTF8.GetBytes("<html><body>" + Nested("div", 100_000)),
            _ => Encoding.UTF8.GetBytes("<?xml version=\"1.0\"?>" + Nested("a", 100_000)),
        };

        var document = await fixture.ExtractAsync($"deep.{kind}", content);

        Assert.Equal("nesting_limit", document.Status);

        static string Nested(string tag, int depth) =>
            string.Concat(Enumerable.Repeat($"<{tag}>", depth)) + "x" + string.Concat(Enumerable.Repeat($"</{tag}>", depth));
    }

    [Fact]
    public async Task Markdown_nested_beyond_reason_is_still_text()
    {
        var document = await fixture.ExtractAsync("deep.md", Encoding.UTF8.GetBytes(new string('>', 20_000) + " needle"));

        Assert.Equal("ok", document.Status);
        Assert.Contains("needle", document.AllText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_beyond_the_limit_is_cut_and_marked()
    {
        await using var pool = Pools.Create(new() { MaxTextBytes = 1000 });

        var document = await pool.ExtractAsync(new string('å', 5000), "long.txt");

        Assert.True(document.Truncated);
        Assert.Equal(1000, Encoding.UTF8.GetByteCount(document.AllText()));
        Assert.NotNull(document.Detail);
    }

    [Fact]
    public async Task Pages_beyond_the_limit_are_left_out_and_marked()
    {
        await using var pool = Pools.Create(new() { MaxPages = 2 });

        var document = await pool.ExtractAsync("one\ftwo\fthree", "long.txt");

        Assert.True(document.Truncated);
        Assert.Equal(2, document.Pages.Count);
        Assert.StartsWith("too_many_pages", document.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_above_the_limit_is_too_large(bool seekable)
    {
        await using var pool = Pools.Create(new() { MaxContentBytes = 2 << 20 });
        Stream content = new MemoryStream(Encoding.UTF8.GetBytes(new string('a', 3 << 20)));

        var document = await pool.ExtractAsync(seekable ? content : new PipeLike(content), "large.txt", CancellationToken.None);
        var next = await pool.ExtractAsync("small", "small.txt");

        Assert.Equal(("too_large", "ok"), (document.Status, next.Status));
    }
}
