namespace ScaiDrive.Extraction.Formats.RichText;

internal enum RtfToken
{
    End,
    GroupStart,
    GroupEnd,

    /// <summary>A backslash and letters, in <see cref="RtfTokenizer.Word"/>.</summary>
    Word,

    /// <summary>A backslash and one other character, in <see cref="RtfTokenizer.Value"/>.</summary>
    Symbol,

    /// <summary>One byte of text, written as itself or as <c>\'hh</c>, in <see cref="RtfTokenizer.Value"/>.</summary>
    Text,
}

/// <summary>Cuts Rich Text into its tokens (specification 1.9.1, "Basic Entities"), in one pass over the stream.</summary>
internal sealed class RtfTokenizer(Stream content)
{
    // The specification allows 32 letters; longer words are nobody's.
    private const int MaxWord = 32;

    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly HashSet<string> _words = new(StringComparer.Ordinal);
    private int _position;
    private int _length;

    /// <summary>The control word read last, without its parameter; empty when it is too long to mean anything.</summary>
    internal string Word { get; private set; } = "";

    /// <summary>The number behind <see cref="Word"/>, if there is one.</summary>
    internal int? Parameter { get; private set; }

    /// <summary>The byte of text or of a control symbol.</summary>
    internal byte Value { get; private set; }

    /// <summary>True when <see cref="Value"/> was written as <c>\'hh</c>.</summary>
    internal bool IsEscaped { get; private set; }

    internal RtfToken Read()
    {
        while (true)
        {
            switch (Next())
            {
                case < 0:
                    return RtfToken.End;
                case '{':
                    return RtfToken.GroupStart;
                case '}':
                    return RtfToken.GroupEnd;
                case '\\':
                    return ReadControl();
                case '\r' or '\n' or 0:
                    continue; // lines of the file mean nothing
                case var value:
                    (Value, IsEscaped) = ((byte)value, false);
                    return RtfToken.Text;
            }
        }
    }

    /// <summary>Takes raw bytes, as they follow <c>\bin</c>.</summary>
    internal void ReadBinary(long count, Stream into)
    {
        while (count > 0 && (_position < _length || Fill()))
        {
            var part = (int)Math.Min(count, _length - _position);
            into.Write(_buffer, _position, part);
            _position += part;
            count -= part;
        }
    }

    private RtfToken ReadControl()
    {
        var first = Next();
        if (first < 0)
            return RtfToken.End;
        if (char.IsAsciiLetter((char)first))
            return ReadWord((char)first);
        if (first != '\'')
        {
            Value = (byte)first;
            return RtfToken.Symbol;
        }
        var (high, low) = (HexDigit(), HexDigit());
        (Value, IsEscaped) = ((byte)(high < 0 || low < 0 ? '?' : high * 16 + low), true);
        return RtfToken.Text;
    }

    private RtfToken ReadWord(char first)
    {
        Span<char> letters = stackalloc char[MaxWord];
        var count = 0;
        int next = first;
        for (; next >= 0 && char.IsAsciiLetter((char)next); next = Next())
        {
            if (count < MaxWord)
                letters[count] = (char)next;
            count++;
        }
        Word = count <= MaxWord ? Interned(letters[..count]) : "";
        Parameter = ReadParameter(ref next);
        // One space belongs to the word; anything else does not.
        if (next >= 0 && next != ' ')
            _position--;
        return RtfToken.Word;
    }

    private int? ReadParameter(ref int next)
    {
        var negative = next == '-';
        if (negative)
        {
            next = Next();
            if (next < 0 || !char.IsAsciiDigit((char)next))
                return null;
        }
        long? number = null;
        for (; next >= 0 && char.IsAsciiDigit((char)next); next = Next())
            number = Math.Min((number ?? 0) * 10 + (next - '0'), int.MaxValue);
        return (int?)(negative ? -number : number);
    }

    private string Interned(ReadOnlySpan<char> word)
    {
        var lookup = _words.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(word, out var known))
            return known;
        // Real documents use some hundred words; a file full of invented ones shall not fill the memory.
        if (_words.Count > 4096)
            _words.Clear();
        lookup.Add(word);
        return lookup.TryGetValue(word, out known) ? known : word.ToString();
    }

    private int HexDigit()
    {
        var next = Next();
        if (next >= 0 && char.IsAsciiHexDigit((char)next))
            return Convert.ToInt32(((char)next).ToString(), 16);
        if (next >= 0)
            _position--;
        return -1;
    }

    private int Next() => _position < _length || Fill() ? _buffer[_position++] : -1;

    private bool Fill()
    {
        // The last byte stays in front of the new ones: it may be handed back.
        var kept = _length > 0 ? 1 : 0;
        if (kept > 0)
            _buffer[0] = _buffer[_length - 1];
        var read = content.Read(_buffer, kept, _buffer.Length - kept);
        _position = kept;
        _length = kept + read;
        return read > 0;
    }
}
