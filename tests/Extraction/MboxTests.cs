using System.Globalization;
using System.Text;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Extraction.Tests;

public sealed class MboxTests(PoolFixture fixture) : IClassFixture<PoolFixture>
{
    private const string Envelope = "From jo@example.org Tue Feb  3 09:15:00 2026\n";

    private Task<ExtractedDocument> ReadAsync(string content) => fixture.ExtractAsync("box", Encoding.Latin1.GetBytes(content));

    private static string Message(string subject, string body) => $"{Envelope}From: jo@example.org\nSubject: {subject}\n\n{body}\n\n";

    [Fact]
    public async Task Each_message_is_a_page_under_its_subject()
    {
        var document = await ReadAsync(Message("One", "first") + Message("Two", "second"));

        Assert.Equal("application/mbox", document.MimeType);
        Assert.Equal(["One", "Two"], document.Pages.Select(page => Assert.Single(page.Headings).Title));
        Assert.Equal(["first", "second"], document.Pages.Select(page => page.Text.Split('\n')[^1]));
    }

    [Fact]
    public async Task A_line_that_only_starts_like_an_envelope_is_text_and_a_quoted_one_is_unquoted()
    {
        var document = await ReadAsync(Message("One", "a\n\nFrom here it is far.\n>From there too.\n>>From both.\nat 10:30 in 2026\nFrom 9:00 in 2026 we walk\non") + Message("Two", "b"));

        Assert.Equal(2, document.Pages.Count);
        Assert.EndsWith("a\n\nFrom here it is far.\nFrom there too.\n>From both.\nat 10:30 in 2026\nFrom 9:00 in 2026 we walk\non", document.Pages[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Envelopes_without_a_date_part_messages_too()
    {
        var document = await ReadAsync(Message("One", "first") + Message("Two", "second").Replace("Tue Feb  3 09:15:00 2026", "", StringComparison.Ordinal));

        Assert.Equal(["One", "Two"], document.Pages.Select(page => Assert.Single(page.Headings).Title));
    }

    [Fact]
    public async Task Attachments_follow_their_message()
    {
        var multipart = "From: a\nSubject: With file\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nsee file\n--x\nContent-Type: text/plain; name=f.txt\n\nfiled\n--x--\n";

        var document = await ReadAsync(Envelope + multipart + "\n" + Message("Next", "next"));

        Assert.Equal(["With file", "f.txt", "Next"], document.Pages.Select(page => page.Headings[0].Title));
        Assert.Equal("f.txt\nfiled", document.Pages[1].Text);
    }

    [Fact]
    public async Task Messages_beyond_the_page_limit_are_left_out_and_marked()
    {
        await using var pool = Pools.Create(new() { MaxPages = 5 });

        var document = await pool.ExtractAsync(string.Concat(Enumerable.Range(0, 50).Select(i => Message(i.ToString(CultureInfo.InvariantCulture), "text"))), "box");

        Assert.Equal((5, true), (document.Pages.Count, document.Truncated));
    }

    [CorpusFact]
    public async Task A_real_mailbox_gives_its_messages()
    {
        await using var content = File.OpenRead(Path.Combine(RepositoryPaths.Corpus!, "documents", "complex.mbox"));

        var document = await fixture.Pool.ExtractAsync(content, "complex.mbox", CancellationToken.None);

        Assert.Equal(3, document.Pages.Count);
        Assert.All(document.Pages, page => Assert.Equal("Re: question about when shuffle/sort start working", page.Headings[0].Title));
    }
}
