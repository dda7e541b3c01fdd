namespace ScaiDrive.Extraction.Formats.Office.Protection;

/// <summary>The stream cipher RC4, which the framework does not have. It keeps nothing secret any more; old documents use it.</summary>
internal sealed class Rc4
{
    private readonly byte[] _state = new byte[256];
    private byte _first, _second;

    internal Rc4(ReadOnlySpan<byte> key)
    {
        for (var i = 0; i < 256; i++)
            _state[i] = (byte)i;
        byte j = 0;
        for (var i = 0; i < 256; i++)
        {
            j += (byte)(_state[i] + key[i % key.Length]);
            (_state[i], _state[j]) = (_state[j], _state[i]);
        }
    }

    /// <summary>The next byte of the key stream.</summary>
    internal byte Next()
    {
        _first++;
        _second += _state[_first];
        (_state[_first], _state[_second]) = (_state[_second], _state[_first]);
        return _state[(byte)(_state[_first] + _state[_second])];
    }

    internal void Apply(Span<byte> bytes)
    {
        foreach (ref var value in bytes)
            value ^= Next();
    }

    internal void Skip(int count)
    {
        for (var i = 0; i < count; i++)
            Next();
    }
}
