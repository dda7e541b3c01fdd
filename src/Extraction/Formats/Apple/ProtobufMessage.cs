using System.Buffers.Binary;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Apple;

/// <summary>One field of a protocol buffers message.</summary>
/// <param name="Number">The field's number.</param>
/// <param name="Value">Of a number.</param>
/// <param name="Bytes">Of a text, bytes, or message inside; null for numbers.</param>
internal readonly record struct ProtobufField(int Number, ulong Value, ReadOnlyMemory<byte>? Bytes)
{
    internal string Text => Bytes is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : "";
}

/// <summary>Walks the fields of a message without its schema.</summary>
internal static class ProtobufMessage
{
    /// <summary>The fields in their order; ends where the message is damaged.</summary>
    internal static IEnumerable<ProtobufField> Fields(ReadOnlyMemory<byte> message)
    {
        var at = 0;
        while (at < message.Length && TryReadVarint(message.Span, ref at, out var key))
        {
            var number = (int)Math.Min(key >> 3, int.MaxValue);
            switch (key & 7)
            {
                case 0 when TryReadVarint(message.Span, ref at, out var value):
                    yield return new(number, value, null);
                    break;
                case 1 when message.Length - at >= 8:
                    yield return new(number, BinaryPrimitives.ReadUInt64LittleEndian(message.Span[at..]), null);
                    at += 8;
                    break;
                case 2 when TryReadVarint(message.Span, ref at, out var length) && length <= (ulong)(message.Length - at):
                    yield return new(number, 0, message.Slice(at, (int)length));
                    at += (int)length;
                    break;
                case 5 when message.Length - at >= 4:
                    yield return new(number, BinaryPrimitives.ReadUInt32LittleEndian(message.Span[at..]), null);
                    at += 4;
                    break;
                default:
                    yield break;
            }
        }
    }

    internal static ReadOnlyMemory<byte>? Bytes(ReadOnlyMemory<byte> message, int number)
    {
        foreach (var field in Fields(message))
        {
            if (field.Number == number && field.Bytes is { } bytes)
                return bytes;
        }
        return null;
    }

    internal static ulong? Number(ReadOnlyMemory<byte> message, int number)
    {
        foreach (var field in Fields(message))
        {
            if (field.Number == number && field.Bytes is null)
                return field.Value;
        }
        return null;
    }

    internal static bool TryReadVarint(ReadOnlySpan<byte> bytes, ref int at, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64 && at < bytes.Length; shift += 7)
        {
            var part = bytes[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return true;
        }
        return false;
    }
}
