using System.Buffers.Binary;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>An OLE property set ([MS-OLEPS]), such as the summary information of an old Office document.</summary>
internal sealed class PropertySet
{
    private const int MaxBytes = 1 << 20, MaxProperties = 1000;
    private const uint Title = 2, Author = 4, CreatedAt = 12, SavedAt = 13, PageCount = 14;

    private readonly Dictionary<uint, object> _values = [];
    private Encoding _encoding = Encoding.Latin1;

    /// <summary>Values of the first section by property identifier: <see cref="string"/>, <see cref="int"/> or <see cref="DateTimeOffset"/> (UTC).</summary>
    internal IReadOnlyDictionary<uint, object> Values => _values;

    /// <summary>The document's <c>\u0005SummaryInformation</c>; nothing when it is missing or damaged.</summary>
    internal static DocumentMetadata Summary(CompoundFile compound)
    {
        if (compound.Find("\u0005SummaryInformation") is not { } entry)
            return DocumentMetadata.None;
        var values = Read(compound.ReadAll(entry, MaxBytes)).Values;
        return new()
        {
            Title = Text(Title),
            Author = Text(Author),
            CreatedAt = values.GetValueOrDefault(CreatedAt) as DateTimeOffset?,
            ModifiedAt = values.GetValueOrDefault(SavedAt) as DateTimeOffset?,
            PageCount = values.GetValueOrDefault(PageCount) is int and > 0 and var pages ? pages : null,
        };

        string? Text(uint id) => values.GetValueOrDefault(id) is string text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;
    }

    /// <summary>Reads the first section; properties that are damaged or of other types are left out.</summary>
    internal static PropertySet Read(ReadOnlySpan<byte> bytes)
    {
        var set = new PropertySet();
        if (bytes.Length < 48 || BinaryPrimitives.ReadUInt16LittleEndian(bytes) != 0xFFFE)
            return set;
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(bytes[44..]);
        if (offset + 8L > bytes.Length)
            return set;
        var section = bytes[(int)offset..];
        var count = Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(section[4..]), MaxProperties);
        // The code page (property 1) decides how the others read, wherever it stands.
        foreach (var onlyCodePage in (bool[])[true, false])
        {
            for (var i = 0; i < count && 16 + i * 8 <= section.Length; i++)
            {
                var id = BinaryPrimitives.ReadUInt32LittleEndian(section[(8 + i * 8)..]);
                var at = BinaryPrimitives.ReadUInt32LittleEndian(section[(12 + i * 8)..]);
                if (at + 8L <= section.Length && id == 1 == onlyCodePage)
                    set.Add(id, section[(int)at..]);
            }
        }
        return set;
    }

    private void Add(uint id, ReadOnlySpan<byte> value)
    {
        var body = value[4..];
        switch (BinaryPrimitives.ReadUInt16LittleEndian(value))
        {
            case 0x02 when id == 1:
                _encoding = CodePages.Find((ushort)BinaryPrimitives.ReadInt16LittleEndian(body)) ?? Encoding.Latin1;
                break;
            case 0x02:
                _values[id] = (int)BinaryPrimitives.ReadInt16LittleEndian(body);
                break;
            case 0x03:
                _values[id] = BinaryPrimitives.ReadInt32LittleEndian(body);
                break;
            case 0x1E when Length(body, 1) is > 0 and var bytes:
                _values[id] = _encoding.GetString(body.Slice(4, bytes)).TrimEnd('\0');
                break;
            case 0x1F when Length(body, 2) is > 0 and var bytes:
                _values[id] = Encoding.Unicode.GetString(body.Slice(4, bytes)).TrimEnd('\0');
                break;
            case 0x40 when body.Length >= 8 && FileTime(BinaryPrimitives.ReadInt64LittleEndian(body)) is { } time:
                _values[id] = time;
                break;
        }
    }

    private static int Length(ReadOnlySpan<byte> body, int unit) =>
        body.Length < 4 ? 0 : (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(body) * (long)unit, body.Length - 4) / unit * unit;

    /// <summary>A count of 100 ns since 1601; null outside of what a document can mean, such as editing times stored as dates.</summary>
    internal static DateTimeOffset? FileTime(long ticks)
    {
        var start = new DateTimeOffset(1601, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return ticks > 0 && ticks < (DateTimeOffset.MaxValue - start).Ticks && start.AddTicks(ticks) is { Year: > 1970 and < 2200 } time ? time : null;
    }
}
