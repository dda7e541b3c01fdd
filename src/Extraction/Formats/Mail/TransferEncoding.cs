namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>Undoes what made bytes fit for mail (RFC 2045 section 6, and uuencode). Damaged input gives what can be made of it.</summary>
internal static class TransferEncoding
{
    internal static Stream Decode(Stream content, string encoding) => encoding switch
    {
        "base64" => new Base64Stream(content),
        "quoted-printable" => new QuotedPrintableStream(content),
        "x-uuencode" or "uuencode" or "x-uue" or "uue" => new UuStream(content),
        _ => content, // 7bit, 8bit, binary, and what nobody knows
    };
}

/// <summary>A stream that makes its bytes from those of another, block by block.</summary>
internal abstract class DecodingStream(Stream inner) : ReadOnlyStream
{
    private readonly byte[] _input = new byte[32 * 1024];
    private byte[] _output = [];
    private int _position;
    private bool _ended;

    public override int Read(Span<byte> buffer)
    {
        while (_position == _output.Length && !_ended)
        {
            var read = inner.Read(_input);
            _ended = read == 0;
            _output = Decode(_input.AsSpan(0, read), _ended);
            _position = 0;
        }
        var count = Math.Min(buffer.Length, _output.Length - _position);
        _output.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    /// <summary>The bytes that <paramref name="input"/> completes.</summary>
    private protected abstract byte[] Decode(ReadOnlySpan<byte> input, bool last);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>Base64; characters outside its alphabet are stepped over, and padding in the middle starts anew (RFC 2045, 6.8).</summary>
internal sealed class Base64Stream(Stream inner) : DecodingStream(inner)
{
    private int _bits;
    private int _count;

    private protected override byte[] Decode(ReadOnlySpan<byte> input, bool last)
    {
        var output = new byte[input.Length * 3 / 4 + 3];
        var length = 0;
        foreach (var value in input)
        {
            if (Value(value) is >= 0 and var six)
            {
                _bits = _bits << 6 | six;
                if (++_count < 4)
                    continue;
                output[length++] = (byte)(_bits >> 16);
                output[length++] = (byte)(_bits >> 8);
                output[length++] = (byte)_bits;
                (_bits, _count) = (0, 0);
            }
            else if (value == '=')
            {
                EndGroup();
            }
        }
        if (last)
            EndGroup();
        return output[..length];

        void EndGroup()
        {
            if (_count >= 2)
                output[length++] = (byte)(_bits >> (_count == 2 ? 4 : 10));
            if (_count == 3)
                output[length++] = (byte)(_bits >> 2);
            (_bits, _count) = (0, 0);
        }
    }

    /// <summary>The six bits a letter of Base64 stands for (RFC 4648, 4), or -1.</summary>
    internal static int Value(byte character) => character switch
    {
        >= (byte)'A' and <= (byte)'Z' => character - 'A',
        >= (byte)'a' and <= (byte)'z' => character - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => character - '0' + 52,
        (byte)'+' => 62,
        (byte)'/' => 63,
        _ => -1,
    };
}

/// <summary>Quoted-printable; an equals sign that means nothing stands for itself (RFC 2045, 6.7).</summary>
internal sealed class QuotedPrintableStream(Stream inner) : DecodingStream(inner)
{
    // White space before a line's end is padding of transport; a soft break is an equals sign there.
    private const int MaxHeld = 1024;

    private readonly List<byte> _held = [];

    private protected override byte[] Decode(ReadOnlySpan<byte> input, bool last)
    {
        var output = new List<byte>(input.Length + _held.Count);
        foreach (var value in input)
            Take(value, output);
        if (last)
        {
            output.AddRange(_held);
            _held.Clear();
        }
        return [.. output];
    }

    private void Take(byte value, List<byte> output)
    {
        if (_held.Count > 0 && Complete(value, output))
            return;
        if (value is (byte)'=' or (byte)' ' or (byte)'\t')
            _held.Add(value);
        else
            output.Add(value);
    }

    // What is held is "=", "=X", "=" and white space, or white space.
    private bool Complete(byte value, List<byte> output)
    {
        var first = _held[0];
        if (first != '=')
        {
            if (value is (byte)' ' or (byte)'\t' && _held.Count < MaxHeld)
            {
                _held.Add(value);
                return true;
            }
            if (value is not ((byte)'\r' or (byte)'\n'))
                output.AddRange(_held);
            _held.Clear();
            return false;
        }
        if (value == '\n')
        {
            _held.Clear();
            return true;
        }
        if (MayGoOn(value))
        {
            _held.Add(value);
            return true;
        }
        if (_held.Count == 2 && char.IsAsciiHexDigit((char)_held[1]) && char.IsAsciiHexDigit((char)value))
        {
            output.Add((byte)(Hex(_held[1]) << 4 | Hex(value)));
            _held.Clear();
            return true;
        }
        output.AddRange(_held);
        _held.Clear();
        return false;
    }

    private bool MayGoOn(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r'
        ? _held.Count == 1 || (_held[1] is (byte)' ' or (byte)'\t' && _held.Count < MaxHeld)
        : _held.Count == 1 && char.IsAsciiHexDigit((char)value);

    private static int Hex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}

/// <summary>Uuencode: lines of up to 45 bytes between <c>begin</c> and <c>end</c>.</summary>
internal sealed class UuStream(Stream inner) : DecodingStream(inner)
{
    private const int MaxLine = 128;

    private readonly List<byte> _line = [];
    private bool _begun;
    private bool _done;

    private protected override byte[] Decode(ReadOnlySpan<byte> input, bool last)
    {
        var output = new List<byte>(input.Length);
        foreach (var value in input)
        {
            if (value == '\n')
                EndLine(output);
            else if (value != '\r' && _line.Count < MaxLine)
                _line.Add(value);
        }
        if (last)
            EndLine(output);
        return [.. output];
    }

    private void EndLine(List<byte> output)
    {
        var line = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_line);
        if (!_begun)
            _begun = line.StartsWith("begin "u8);
        else if (line.SequenceEqual("end"u8))
            _done = true;
        else if (!_done && line.Length > 1)
            DecodeLine(line, output);
        _line.Clear();
    }

    private static void DecodeLine(ReadOnlySpan<byte> line, List<byte> output)
    {
        var count = line[0] - ' ' & 0x3F;
        var (bits, have) = (0, 0);
        for (var i = 1; count > 0; i++)
        {
            // Spaces at the end may have been lost on the way; they are zeros.
            var six = i < line.Length ? line[i] - ' ' & 0x3F : 0;
            bits = bits << 6 | six;
            have += 6;
            if (have < 8)
                continue;
            have -= 8;
            output.Add((byte)(bits >> have));
            count--;
        }
    }
}
