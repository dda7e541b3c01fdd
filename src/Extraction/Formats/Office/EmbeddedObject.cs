using System.Text;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>An object embedded in a document by OLE: a whole Office document in a storage, a packed file, or the content some application keeps.</summary>
internal static class EmbeddedObject
{
    private const int MaxNameBytes = 1024;

    /// <summary>Reads the object kept in one storage of a compound file as a part of the document.</summary>
    /// <param name="compound">The opened file.</param>
    /// <param name="storage">The storage of the object, such as one below <c>ObjectPool</c>.</param>
    /// <param name="document">The document the compound file was opened from.</param>
    /// <param name="pages">Where its pages go.</param>
    /// <param name="name">Its name when it has none of its own.</param>
    internal static void Read(CompoundFile compound, CompoundEntry storage, SourceDocument document, PageSink pages, string name)
    {
        if (storage.Find("\u0001Ole10Native") is { } native)
        {
            using var packed = compound.OpenStream(native);
            ReadPackage(packed, document, pages, name);
        }
        else if ((storage.Find("Package") ?? storage.Find("CONTENTS")) is { } content)
        {
            using var stream = compound.OpenStream(content);
            PartReader.Read(document, pages, name, stream);
        }
        else if (CompoundFile.FindType(storage) != ContentTypes.Ole)
        {
            PartReader.ReadStorage(document, pages, name, storage.Path);
        }
    }

    /// <summary>Reads a compound file that holds nothing but one embedded object (<c>oleObject1.bin</c> of Office packages).</summary>
    internal static ReadResult Read(SourceDocument document, PageSink pages)
    {
        using var compound = CompoundFile.Open(document);
        Read(compound, compound.Root, document, pages, document.FileName);
        return ReadResult.TextOnly;
    }

    // OLE1's package: length, flags, label, file name, command, content. Only the names and the content matter.
    internal static void ReadPackage(Stream packed, SourceDocument document, PageSink pages, string name)
    {
        using var reader = new BinaryReader(packed, Encoding.Latin1, leaveOpen: true);
        _ = reader.ReadUInt32();
        if (reader.ReadUInt16() != 2)
            return; // an application's own data, such as the formula of an equation editor
        var label = ReadString(reader);
        var path = ReadString(reader);
        _ = reader.ReadUInt32();
        var command = reader.ReadUInt32(); // read before the position is asked for
        packed.Position += command;
        var length = reader.ReadUInt32();
        var file = path[(path.LastIndexOfAny(['\\', '/']) + 1)..];
        PartReader.Read(document, pages, label.Length > 0 ? label : file.Length > 0 ? file : name, new LimitedStream(packed, length));
    }

    private static string ReadString(BinaryReader reader)
    {
        var bytes = new List<byte>();
        while (reader.ReadByte() is not 0 and var value)
        {
            if (bytes.Count < MaxNameBytes)
                bytes.Add(value);
        }
        // Written in the code page of some Windows nobody knows; Latin letters come out right.
        return (CodePages.Find(1252) ?? Encoding.Latin1).GetString([.. bytes]);
    }
}

/// <summary>The next bytes of a stream, up to a length.</summary>
internal sealed class LimitedStream(Stream inner, long length) : ReadOnlyStream
{
    private long _left = length;

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        _left -= read;
        return read;
    }
}
