using System.Buffers.Binary;

namespace ScaiDrive.Extraction.Formats.Apple;

/// <summary>One object of a document.</summary>
/// <param name="Id">As others refer to it.</param>
/// <param name="Type">Number of its message type.</param>
/// <param name="Message">Its fields.</param>
/// <param name="Component">The part of the package it stands in.</param>
internal sealed record ArchivedObject(ulong Id, ulong Type, ReadOnlyMemory<byte> Message, string Component);

/// <summary>The objects of an iWork document since 2013: every <c>.iwa</c> part is a row of Snappy blocks, which unpack to messages, each with a header that names it.</summary>
internal sealed class ObjectArchive
{
    private const int MaxBlock = 1 << 20, MaxDepth = 8;
    private const long MaxKept = 256L << 20;

    private readonly Dictionary<ulong, ArchivedObject> _objects = [];
    private readonly List<ArchivedObject> _order = [];

    internal IReadOnlyList<ArchivedObject> Objects => _order;

    internal ArchivedObject? Find(ulong id) => _objects.GetValueOrDefault(id);

    /// <param name="package">The package.</param>
    /// <param name="wanted">Which types are kept; pictures of styles and layouts are most of a document.</param>
    /// <param name="progress">Called after every part.</param>
    internal static ObjectArchive Read(PackageArchive package, Func<ulong, bool> wanted, Action progress)
    {
        var archive = new ObjectArchive();
        var kept = 0L;
        foreach (var part in package.Parts.Where(static part => part.EndsWith(".iwa", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            if (kept > MaxKept)
                break;
            try
            {
                foreach (var found in ReadPart(package, part))
                {
                    if (!wanted(found.Type))
                        continue;
                    kept += found.Message.Length;
                    archive._order.Add(found);
                    archive._objects.TryAdd(found.Id, found);
                }
            }
            catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
            {
                package.Document.NoteDamage($"{part} is damaged and was not read.");
            }
            progress();
        }
        return archive;
    }

    /// <summary>The objects of one part.</summary>
    internal static IEnumerable<ArchivedObject> ReadPart(PackageArchive package, string part)
    {
        var content = Unpack(package, part).AsMemory();
        var at = 0;
        while (at < content.Length && ProtobufMessage.TryReadVarint(content.Span, ref at, out var length) && length <= (ulong)(content.Length - at))
        {
            // ArchiveInfo: 1 the object's number, 2 for each message in it: 1 its type, 3 its length.
            var header = content.Slice(at, (int)length);
            at += (int)length;
            var id = ProtobufMessage.Number(header, 1) ?? 0;
            foreach (var info in ProtobufMessage.Fields(header).Where(static field => field is { Number: 2, Bytes: not null }))
            {
                var size = ProtobufMessage.Number(info.Bytes!.Value, 3) ?? 0;
                if (size > (ulong)(content.Length - at))
                    yield break;
                yield return new(id, ProtobufMessage.Number(info.Bytes.Value, 1) ?? 0, content.Slice(at, (int)size), part);
                at += (int)size;
            }
        }
    }

    /// <summary>Numbers of the objects a message refers to, in order: a reference is a message whose only field is the number.</summary>
    internal IEnumerable<ArchivedObject> References(ReadOnlyMemory<byte> message, int depth = 0)
    {
        foreach (var field in ProtobufMessage.Fields(message))
        {
            if (field.Bytes is not { Length: > 1 } inner)
                continue;
            if (AsReference(inner) is { } id)
            {
                if (Find(id) is { } found)
                    yield return found;
            }
            else if (depth < MaxDepth)
            {
                foreach (var deeper in References(inner, depth + 1))
                    yield return deeper;
            }
        }
    }

    private static ulong? AsReference(ReadOnlyMemory<byte> message)
    {
        var at = 1;
        return message.Span[0] == 0x08 && ProtobufMessage.TryReadVarint(message.Span, ref at, out var id) && at == message.Length ? id : null;
    }

    // A block: 0, its length in three bytes, and Snappy without the usual frame (no checksums).
    private static byte[] Unpack(PackageArchive package, string part)
    {
        using var packed = package.OpenBytes(part)!;
        using var unpacked = new MemoryStream();
        var header = new byte[4];
        while (packed.ReadAtLeast(header, 4, throwOnEndOfStream: false) == 4)
        {
            var length = (int)(BinaryPrimitives.ReadUInt32LittleEndian(header) >> 8);
            if (header[0] != 0 || length > MaxBlock)
                throw new InvalidDataException("A block of packed objects is damaged.");
            var block = new byte[length];
            packed.ReadExactly(block);
            var bytes = Snappy.Unpack(block, MaxBlock);
            package.Document.Expansion.Count(bytes.Length);
            if (unpacked.Length > MaxKept)
                break;
            unpacked.Write(bytes);
        }
        return unpacked.ToArray();
    }
}
