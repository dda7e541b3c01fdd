using System.Buffers.Binary;
using System.Text;

namespace ScaiDrive.Extraction.Tests;

/// <summary>Bytes in the order of a computer of this kind, put together in code.</summary>
internal static class Bytes
{
    internal static byte[] Join(params object[] fields)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        foreach (var field in fields)
        {
            switch (field)
            {
                case byte value: writer.Write(value); break;
                case ushort value: writer.Write(value); break;
                case int value: writer.Write(value); break;
                case double value: writer.Write(value); break;
                case byte[] value: writer.Write(value); break;
                default: throw new ArgumentException($"No width for {field.GetType()}.");
            }
        }
        return bytes.ToArray();
    }
}

/// <summary>A workbook of an old version as a bare stream of records, without a compound file around it.</summary>
internal sealed class BiffBuilder
{
    private readonly List<(int Sheet, int At)> _listed = [];
    private byte[] _stream = [];

    internal BiffBuilder(ushort version = 0x600) => Version = version;

    internal ushort Version { get; }

    internal int Length => _stream.Length;

    internal BiffBuilder Record(ushort type, params object[] fields)
    {
        var body = Bytes.Join(fields);
        _stream = [.. _stream, .. Bytes.Join(type, (ushort)body.Length, body)];
        return this;
    }

    internal BiffBuilder Begin(ushort kind) => Version == 0x600
        ? Record(0x809, Version, kind, (ushort)0, (ushort)0, 0, 0)
        : Record(0x809, Version, kind, (ushort)0, (ushort)0);

    internal BiffBuilder End() => Record(0x0A);

    /// <summary>Lists a sheet; <see cref="BeginSheet"/> fills in where it begins.</summary>
    internal BiffBuilder List(string name, byte kind = 0)
    {
        _listed.Add((_listed.Count, Length + 4));
        return Record(0x85, 0, (byte)0, kind, Short(name));
    }

    internal BiffBuilder BeginSheet(int number, ushort kind = 0x10)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_stream.AsSpan(_listed[number].At), Length);
        return Begin(kind);
    }

    internal byte[] Short(string text) => Bytes.Join((byte)text.Length, Characters(text));

    internal byte[] Long(string text) => Bytes.Join((ushort)text.Length, Characters(text));

    internal byte[] ToArray() => _stream;

    private byte[] Characters(string text) => Version == 0x600 ? [1, .. Encoding.Unicode.GetBytes(text)] : Encoding.Latin1.GetBytes(text);
}

/// <summary>Parts of binary workbooks.</summary>
internal static class BinaryParts
{
    internal static byte[] Records(params (int Type, object[] Fields)[] records)
    {
        using var part = new MemoryStream();
        foreach (var (type, fields) in records)
        {
            var body = Bytes.Join(fields);
            WriteNumber(part, type);
            WriteNumber(part, body.Length);
            part.Write(body);
        }
        return part.ToArray();
    }

    internal static byte[] Text(string text) => Bytes.Join(text.Length, Encoding.Unicode.GetBytes(text));

    internal static byte[] NoText => Bytes.Join(-1);

    private static void WriteNumber(Stream part, int number)
    {
        for (; number >= 0x80; number >>= 7)
            part.WriteByte((byte)(number & 0x7F | 0x80));
        part.WriteByte((byte)number);
    }
}
