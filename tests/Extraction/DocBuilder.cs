using System.Buffers.Binary;
using System.Text;
using ScaiDrive.Extraction.Formats.Office.Binary;

namespace ScaiDrive.Extraction.Tests;

/// <summary>Builds small Word documents ([MS-DOC]): header, text, piece table, and the properties of runs and paragraphs.</summary>
internal sealed class DocBuilder
{
    private const int TextStart = 1024, PageSize = 512;

    private readonly List<(DocText Text, string Characters, byte[] Run, byte[] Paragraph)> _runs = [];
    private readonly Dictionary<int, byte[]> _tables = [];
    private readonly List<(string Path, byte[] Content)> _streams = [];

    /// <summary>Adds characters with properties of their own; what ends in a mark ends a paragraph.</summary>
    internal DocBuilder Add(string characters, byte[]? run = null, byte[]? paragraph = null, DocText text = DocText.Main)
    {
        _runs.Add((text, characters, run ?? [], paragraph ?? []));
        return this;
    }

    /// <summary>Adds a field.</summary>
    internal DocBuilder Field(string instruction, string? result) => result is null
        ? Special("\u0013").Add(instruction).Special("\u0015")
        : Special("\u0013").Add(instruction).Special("\u0014").Add(result).Special("\u0015");

    internal DocBuilder Special(string characters, params byte[] more) => Add(characters, [.. Sprm(DocSprms.IsSpecial, 1), .. more]);

    /// <summary>Puts a table where the header leads to it.</summary>
    internal DocBuilder Table(int number, byte[] content)
    {
        _tables[number] = content;
        return this;
    }

    internal DocBuilder Stream(string path, byte[] content)
    {
        _streams.Add((path, content));
        return this;
    }

    internal static byte[] Sprm(int code, params byte[] operand) => [(byte)code, (byte)(code >> 8), .. operand];

    internal static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    internal static byte[] Short(int value) => [(byte)value, (byte)(value >> 8)];

    internal byte[] Build(Action<byte[], byte[]>? change = null)
    {
        var (stream, tables) = Streams();
        change?.Invoke(stream, tables);
        var compound = new CompoundBuilder().Add("WordDocument", stream).Add("1Table", tables);
        foreach (var (path, content) in _streams)
            compound.Add(path, content);
        return compound.Build();
    }

    private (byte[] Document, byte[] Tables) Streams()
    {
        var ordered = _runs.OrderBy(run => run.Text).ToList();
        var text = Encoding.Unicode.GetBytes(string.Concat(ordered.Select(run => run.Characters)));
        var pagesAt = (TextStart + text.Length + PageSize - 1) / PageSize;
        var (runs, paragraphs) = (RunPage(ordered), ParagraphPage(ordered));
        var document = new byte[(pagesAt + 2) * PageSize];
        text.CopyTo(document, TextStart);
        runs.CopyTo(document, pagesAt * PageSize);
        paragraphs.CopyTo(document, (pagesAt + 1) * PageSize);

        byte[] range = [.. Number(TextStart), .. Number(TextStart + text.Length)];
        _tables[DocHeader.RunPages] = [.. range, .. Number(pagesAt)];
        _tables[DocHeader.ParagraphPages] = [.. range, .. Number(pagesAt + 1)];
        _tables[DocHeader.Pieces] = [2, .. Number(16), .. Number(0), .. Number(text.Length / 2), 0, 0, .. Number(TextStart), 0, 0];
        WriteHeader(document, ordered);
        var tables = new byte[16].ToList(); // no table begins at 0
        foreach (var (number, content) in _tables)
        {
            Number(tables.Count).CopyTo(document, 154 + number * 8);
            Number(content.Length).CopyTo(document, 158 + number * 8);
            tables.AddRange(content);
        }
        return (document, [.. tables]);
    }

    private static void WriteHeader(byte[] document, List<(DocText Text, string Characters, byte[] Run, byte[] Paragraph)> runs)
    {
        Short(0xA5EC).CopyTo(document, 0);
        Short(0x00C1).CopyTo(document, 2);
        Short(0x0200).CopyTo(document, 10); // tables in 1Table
        foreach (var kind in Enum.GetValues<DocText>())
            Number(runs.Where(run => run.Text == kind).Sum(run => run.Characters.Length)).CopyTo(document, 76 + (int)kind * 4);
    }

    private static byte[] RunPage(List<(DocText Text, string Characters, byte[] Run, byte[] Paragraph)> runs) =>
        Page([.. runs.Select(run => (run.Characters.Length, Bytes: (byte[])[(byte)run.Run.Length, .. run.Run]))], entrySize: 1);

    private static byte[] ParagraphPage(List<(DocText Text, string Characters, byte[] Run, byte[] Paragraph)> runs)
    {
        var paragraphs = new List<(int Length, byte[] Bytes)>();
        var length = 0;
        foreach (var run in runs)
        {
            length += run.Characters.Length;
            if (run.Characters[^1] is not ('\r' or '\a' or '\f'))
                continue;
            byte[] properties = [0, 0, .. run.Paragraph];
            if (properties.Length % 2 == 0)
                paragraphs.Add((length, [0, (byte)(properties.Length / 2), .. properties]));
            else
                paragraphs.Add((length, [(byte)(properties.Length / 2 + 1), .. properties]));
            length = 0;
        }
        return Page(paragraphs, entrySize: 13);
    }

    private static byte[] Page(List<(int Length, byte[] Bytes)> ranges, int entrySize)
    {
        var page = new byte[PageSize];
        var (offset, free) = (TextStart, PageSize - 1);
        page[^1] = (byte)ranges.Count;
        for (var i = 0; i < ranges.Count; i++)
        {
            Number(offset).CopyTo(page, i * 4);
            offset += ranges[i].Length * 2;
            Number(offset).CopyTo(page, i * 4 + 4);
            free = (free - ranges[i].Bytes.Length) & ~1;
            ranges[i].Bytes.CopyTo(page, free);
        }
        free = PageSize - 1;
        for (var i = 0; i < ranges.Count; i++)
        {
            free = (free - ranges[i].Bytes.Length) & ~1;
            page[(ranges.Count + 1) * 4 + i * entrySize] = (byte)(free / 2);
        }
        return page;
    }
}
