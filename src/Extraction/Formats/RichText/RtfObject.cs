using System.Buffers.Binary;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats.RichText;

/// <summary>The bytes of an embedded object, unpacked from hexadecimal digits into a file.</summary>
internal sealed class RtfObject(FileStream content) : RtfDestination
{
    private int _high = -1;

    internal FileStream? Content { get; private set; } = content;

    internal string Path { get; } = content.Name;

    internal void TakeHex(char digit)
    {
        if (!char.IsAsciiHexDigit(digit))
            return;
        var value = digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
        if (_high < 0)
        {
            _high = value;
            return;
        }
        Content?.WriteByte((byte)(_high << 4 | value));
        _high = -1;
    }

    internal override void Append(ReadOnlySpan<char> text)
    {
    }

    internal override void Close()
    {
        Content?.Dispose();
        Content = null;
    }
}

/// <summary>Objects embedded in a document: kept in files until its own pages are done, then read as parts.</summary>
internal sealed class RtfObjects(SourceDocument document) : IDisposable
{
    private const int MaxHeaderText = 1024;
    private const uint Embedded = 2;

    private readonly List<RtfObject> _objects = [];

    internal RtfDestination Open()
    {
        if (_objects.Count >= document.Limits.MaxParts)
            return RtfNowhere.Everything;
        var path = System.IO.Path.Combine(document.Folder, $"object-{Guid.NewGuid():N}");
        var opened = new RtfObject(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 64 * 1024));
        _objects.Add(opened);
        return opened;
    }

    internal void Read(PageSink pages)
    {
        for (var i = 0; i < _objects.Count && !pages.IsFull; i++)
        {
            _objects[i].Close();
            using var file = new FileStream(_objects[i].Path, FileMode.Open, FileAccess.Read);
            try
            {
                Read(file, pages, $"Object {i + 1}");
            }
            catch (EndOfStreamException)
            {
                PartReader.Report(pages, $"Object {i + 1}", ReasonCodes.Corrupt);
            }
        }
    }

    public void Dispose()
    {
        foreach (var each in _objects)
        {
            each.Close();
            File.Delete(each.Path);
        }
    }

    // OLE 1.0's ObjectHeader and EmbeddedObject ([MS-OLEDS] 2.2.4, 2.2.5).
    private void Read(FileStream file, PageSink pages, string name)
    {
        Span<byte> header = stackalloc byte[8];
        if (file.ReadAtLeast(header, 8, throwOnEndOfStream: false) < 8 || BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) != Embedded)
            return; // a link, whose content is elsewhere
        if (ReadText(file) is not { } kind || ReadText(file) is null || ReadText(file) is null)
            return;
        if (kind.Equals("Package", StringComparison.OrdinalIgnoreCase))
        {
            EmbeddedObject.ReadPackage(file, document, pages, name);
            return;
        }
        if (file.ReadAtLeast(header[..4], 4, throwOnEndOfStream: false) == 4)
            PartReader.Read(document, pages, name, new LimitedStream(file, BinaryPrimitives.ReadUInt32LittleEndian(header)));
    }

    private static string? ReadText(FileStream file)
    {
        Span<byte> length = stackalloc byte[4];
        if (file.ReadAtLeast(length, 4, throwOnEndOfStream: false) < 4)
            return null;
        var count = BinaryPrimitives.ReadUInt32LittleEndian(length);
        if (count > MaxHeaderText)
            return null;
        Span<byte> text = stackalloc byte[MaxHeaderText];
        return file.ReadAtLeast(text[..(int)count], (int)count, throwOnEndOfStream: false) < count ? null : System.Text.Encoding.Latin1.GetString(text[..(int)count]).TrimEnd('\0');
    }
}
