using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Pdf.Objects;

/// <summary>Reads objects and operators (ISO 32000-2, sections 7.2 and 7.3). Wrong syntax is passed over as viewers do; nothing throws.</summary>
internal ref struct PdfLexer(ReadOnlySpan<byte> data)
{
    // No honest object is nested this deep; each level is a call.
    private const int MaxDepth = 200;

    private static readonly SearchValues<byte> EndOfToken = SearchValues.Create("\0\t\n\f\r ()<>[]{}/%"u8);
    private static readonly SearchValues<byte> WhiteSpace = SearchValues.Create("\0\t\n\f\r "u8);

    private readonly ReadOnlySpan<byte> _data = data;

    /// <summary>Where the next token is looked for.</summary>
    internal int Position { get; set; }

    /// <summary>True when an object went on beyond the end of the data.</summary>
    internal bool CutOff { get; private set; }

    internal bool AtEnd
    {
        get
        {
            SkipWhiteSpace();
            return Position >= _data.Length;
        }
    }

    internal static bool IsWhiteSpace(byte value) => WhiteSpace.Contains(value);

    /// <summary>The next object; a <see cref="PdfKeyword"/> for anything that is none.</summary>
    internal object? Read() => Read(0);

    /// <summary>The next token when it is a whole number.</summary>
    internal bool TryReadInteger(out long value)
    {
        SkipWhiteSpace();
        if (Utf8Parser.TryParse(_data[Math.Min(Position, _data.Length)..], out value, out var used))
        {
            Position += used;
            return true;
        }
        return false;
    }

    /// <summary>The next token when it is this word.</summary>
    internal bool TryReadWord(ReadOnlySpan<byte> word)
    {
        SkipWhiteSpace();
        if (!_data[Math.Min(Position, _data.Length)..].StartsWith(word))
            return false;
        Position += word.Length;
        return true;
    }

    internal void SkipWhiteSpace()
    {
        while (Position < _data.Length)
        {
            if (_data[Position] == '%')
            {
                var end = _data[Position..].IndexOfAny((byte)'\r', (byte)'\n');
                Position = end < 0 ? _data.Length : Position + end;
            }
            else if (!IsWhiteSpace(_data[Position]))
            {
                return;
            }
            else
            {
                Position++;
            }
        }
    }

    private object? Read(int depth)
    {
        SkipWhiteSpace();
        if (Position >= _data.Length)
        {
            CutOff = true;
            return null;
        }
        switch (_data[Position])
        {
            case (byte)'/':
                return new PdfName(ReadName());
            case (byte)'(':
                return new PdfString(ReadLiteral());
            case (byte)'[':
                return ReadArray(depth);
            case (byte)'<' when Position + 1 < _data.Length && _data[Position + 1] == '<':
                return ReadDictionary(depth);
            case (byte)'<':
                return new PdfString(ReadHexadecimal());
            case (byte)')' or (byte)'>' or (byte)']' or (byte)'{' or (byte)'}':
                Position++;
                return new PdfKeyword(((char)_data[Position - 1]).ToString());
            default:
                return ReadNumberOrWord();
        }
    }

    private object? ReadNumberOrWord()
    {
        var rest = _data[Position..];
        var length = rest.IndexOfAny(EndOfToken);
        if (length < 0)
            (length, CutOff) = (rest.Length, true);
        var token = rest[..length];
        Position += length;
        if (token[0] is (>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'+' or (byte)'.')
            return ReadReference(token) is { } reference ? reference : Number(token);
        return token switch
        {
            [(byte)'n', (byte)'u', (byte)'l', (byte)'l'] => null,
            [(byte)'t', (byte)'r', (byte)'u', (byte)'e'] => true,
            [(byte)'f', (byte)'a', (byte)'l', (byte)'s', (byte)'e'] => false,
            _ => new PdfKeyword(Encoding.Latin1.GetString(token[..Math.Min(token.Length, 64)])),
        };
    }

    // "12 0 R" starts as a number does.
    private PdfReference? ReadReference(ReadOnlySpan<byte> token)
    {
        if (!Utf8Parser.TryParse(token, out int number, out var used) || used != token.Length || number < 0)
            return null;
        var back = Position;
        if (TryReadInteger(out var generation) && generation is >= 0 and <= 65535)
        {
            SkipWhiteSpace();
            if (Position < _data.Length && _data[Position] == 'R' && (Position + 1 == _data.Length || EndOfToken.Contains(_data[Position + 1])))
            {
                Position++;
                return new PdfReference(number, (int)generation);
            }
        }
        Position = back;
        return null;
    }

    private static double Number(ReadOnlySpan<byte> token)
    {
        if (Utf8Parser.TryParse(token, out double value, out var used) && used > 0)
            return double.IsFinite(value) ? value : 0;
        return 0;
    }

    private string ReadName()
    {
        var rest = _data[++Position..];
        var length = rest.IndexOfAny(EndOfToken);
        if (length < 0)
            (length, CutOff) = (rest.Length, true);
        Position += length;
        var name = rest[..Math.Min(length, 4096)];
        if (!name.Contains((byte)'#'))
            return Encoding.UTF8.GetString(name);
        var plain = new List<byte>(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '#' && i + 2 < name.Length && Utf8Parser.TryParse(name.Slice(i + 1, 2), out byte code, out var used, 'X') && used == 2)
            {
                plain.Add(code);
                i += 2;
            }
            else
            {
                plain.Add(name[i]);
            }
        }
        return Encoding.UTF8.GetString([.. plain]);
    }

    private byte[] ReadLiteral()
    {
        var bytes = new ArrayBufferWriter<byte>(64);
        var open = 1;
        for (Position++; Position < _data.Length; Position++)
        {
            var value = _data[Position];
            if (value == '\\')
            {
                if (++Position < _data.Length)
                    ReadEscape(bytes);
                continue;
            }
            if (value == '(')
                open++;
            else if (value == ')' && --open == 0)
            {
                Position++;
                return bytes.WrittenSpan.ToArray();
            }
            if (value == '\r')
            {
                // Any end of line is a line feed (section 7.3.4.2).
                if (Position + 1 < _data.Length && _data[Position + 1] == '\n')
                    Position++;
                value = (byte)'\n';
            }
            bytes.Write([value]);
        }
        CutOff = true;
        return bytes.WrittenSpan.ToArray();
    }

    private void ReadEscape(ArrayBufferWriter<byte> bytes)
    {
        var value = _data[Position];
        switch (value)
        {
            case (byte)'n':
                bytes.Write("\n"u8);
                break;
            case (byte)'r':
                bytes.Write("\r"u8);
                break;
            case (byte)'t':
                bytes.Write("\t"u8);
                break;
            case (byte)'b':
                bytes.Write("\b"u8);
                break;
            case (byte)'f':
                bytes.Write("\f"u8);
                break;
            case (byte)'\r':
                if (Position + 1 < _data.Length && _data[Position + 1] == '\n')
                    Position++;
                break;
            case (byte)'\n':
                break;
            case >= (byte)'0' and <= (byte)'7':
                var code = 0;
                var end = Math.Min(Position + 3, _data.Length);
                while (Position < end && _data[Position] is >= (byte)'0' and <= (byte)'7')
                    code = code * 8 + _data[Position++] - '0';
                Position--;
                bytes.Write([(byte)code]);
                break;
            default:
                bytes.Write([value]);
                break;
        }
    }

    private byte[] ReadHexadecimal()
    {
        var rest = _data[++Position..];
        var length = rest.IndexOf((byte)'>');
        if (length < 0)
            (length, CutOff) = (rest.Length, true);
        Position = Math.Min(Position + length + 1, _data.Length);
        return Hexadecimal(rest[..length]);
    }

    /// <summary>Pairs of digits; a last single one is followed by 0 (section 7.3.4.3).</summary>
    internal static byte[] Hexadecimal(ReadOnlySpan<byte> digits)
    {
        var bytes = new List<byte>(digits.Length / 2);
        var high = -1;
        foreach (var digit in digits)
        {
            var value = digit switch
            {
                >= (byte)'0' and <= (byte)'9' => digit - '0',
                >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
                _ => -1,
            };
            if (value < 0)
                continue;
            if (high < 0)
            {
                high = value;
                continue;
            }
            bytes.Add((byte)(high << 4 | value));
            high = -1;
        }
        if (high >= 0)
            bytes.Add((byte)(high << 4));
        return [.. bytes];
    }

    private PdfArray ReadArray(int depth)
    {
        Position++;
        var array = new PdfArray();
        while (true)
        {
            SkipWhiteSpace();
            if (Position >= _data.Length || depth >= MaxDepth)
            {
                CutOff |= Position >= _data.Length;
                return array;
            }
            if (_data[Position] == ']')
            {
                Position++;
                return array;
            }
            var before = Position;
            var item = Read(depth + 1);
            if (item is PdfKeyword { Value: "endobj" or "obj" or ">" })
            {
                Position = before;
                return array;
            }
            if (item is not PdfKeyword)
                array.Add(item);
        }
    }

    private PdfDictionary ReadDictionary(int depth)
    {
        Position += 2;
        var dictionary = new PdfDictionary();
        while (true)
        {
            SkipWhiteSpace();
            if (Position >= _data.Length || depth >= MaxDepth)
            {
                CutOff |= Position >= _data.Length;
                return dictionary;
            }
            if (_data[Position] == '>')
            {
                Position = Math.Min(Position + 2, _data.Length);
                return dictionary;
            }
            if (_data[Position] != '/')
            {
                var before = Position;
                if (Read(depth + 1) is PdfKeyword { Value: "endobj" or "stream" })
                {
                    Position = before;
                    return dictionary;
                }
                continue;
            }
            var key = ReadName();
            SkipWhiteSpace();
            // A key without a value: the next key or the end follows at once in damaged files.
            if (Position < _data.Length && _data[Position] == '>' && (Position + 1 >= _data.Length || _data[Position + 1] == '>'))
                continue;
            dictionary[key] = Read(depth + 1);
        }
    }
}
