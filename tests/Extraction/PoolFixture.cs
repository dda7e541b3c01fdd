using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using ScaiDrive.Tests.Support;

[assembly: CollectionBehavior(MaxParallelThreads = 2)]

namespace ScaiDrive.Extraction.Tests;

/// <summary>A pool that a test class shares, and short ways to put content in.</summary>
public sealed class PoolFixture : IAsyncLifetime
{
    internal ExtractionPool Pool { get; } = Pools.Create();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await Pool.DisposeAsync();

    internal Task<ExtractedDocument> ExtractAsync(string fileName, byte[] content) => Pool.ExtractAsync(content, fileName);

    internal async Task<ExtractedDocument> SampleAsync(string fileName)
    {
        await using var content = File.OpenRead(Path.Combine(RepositoryPaths.Root, "samples", fileName));
        return await Pool.ExtractAsync(content, fileName, CancellationToken.None);
    }
}

internal static class Pools
{
    internal static ExtractionPool Create(ExtractionLimits? limits = null, int children = 1, int recycleAfter = 500, long recycleAbove = 384 << 20, string? folder = null, bool confine = true) => new(
        new ExtractionOptions
        {
            Children = children,
            Limits = limits ?? new(),
            RecycleAfterFiles = recycleAfter,
            RecycleAboveBytes = recycleAbove,
            Confine = confine,
            TemporaryDirectory = folder,
            SampleInterval = TimeSpan.FromMilliseconds(20),
            ChildEnvironment = new Dictionary<string, string> { ["EXTRACTION_TEST_FAULTS"] = "1" },
        },
        TimeProvider.System, NullLogger<ExtractionPool>.Instance);

    internal static Task<ExtractedDocument> ExtractAsync(this ExtractionPool pool, byte[] content, string fileName) =>
        pool.ExtractAsync(new MemoryStream(content), fileName, CancellationToken.None);

    internal static Task<ExtractedDocument> ExtractAsync(this ExtractionPool pool, string content, string fileName) =>
        pool.ExtractAsync(Encoding.UTF8.GetBytes(content), fileName);

    internal static string AllText(this ExtractedDocument document) => string.Join('\n', document.Pages.Select(page => page.Text));

    /// <summary>Waits for what another process does; fails when it does not happen in time.</summary>
    internal static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
    }
}

/// <summary>Builds small Office documents part by part.</summary>
internal static class OfficeDocuments
{
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    internal static byte[] Word(string body, params (string Name, string Content)[] more) => Package("word/document.xml",
        [("word/document.xml", $"""<w:document xmlns:w="w" xmlns:r="{Office}" xmlns:mc="mc" xmlns:wps="wps" xmlns:v="v"><w:body>{body}</w:body></w:document>"""), .. more]);

    internal static byte[] Sheet(string rows, string formats, bool from1904 = false) => Package("xl/workbook.xml",
    [
        ("xl/workbook.xml", $"""<workbook xmlns:r="{Office}"><workbookPr date1904="{(from1904 ? 1 : 0)}"/><sheets><sheet name="Only" sheetId="1" r:id="s"/></sheets></workbook>"""),
        ("xl/_rels/workbook.xml.rels", Relationships(("s", "worksheet", "worksheets/sheet1.xml"), ("t", "styles", "styles.xml"))),
        ("xl/worksheets/sheet1.xml", $"<worksheet><sheetData>{rows}</sheetData></worksheet>"),
        ("xl/styles.xml", $"<styleSheet>{formats}</styleSheet>"),
    ]);

    internal static string Relationships(params (string Id, string Kind, string Target)[] links) =>
        "<Relationships>" + string.Concat(links.Select(link => $"""<Relationship Id="{link.Id}" Type="{Office}/{link.Kind}" Target="{link.Target}"/>""")) + "</Relationships>";

    internal static byte[] Package(string main, IEnumerable<(string Name, string Content)> parts) =>
        Zip([("[Content_Types].xml", "<Types/>"), ("_rels/.rels", Relationships(("m", "officeDocument", main))), .. parts]);

    internal static byte[] Zip(IEnumerable<(string Name, string Content)> entries)
    {
        using var buffer = new MemoryStream();
        using (var archive = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var writer = new StreamWriter(archive.CreateEntry(name, CompressionLevel.Optimal).Open());
                writer.Write(content);
            }
        }
        return buffer.ToArray();
    }
}
