using System.Text;

namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>The header of a message or of a part of one (RFC 5322 section 2.2): fields in order, unfolded, still as bytes.</summary>
internal sealed class HeaderFields
{
    private const int MaxFields = 2000, MaxBytes = 256 * 1024;

    private readonly List<(string Name, List<byte> Value)> _fields = [];
    private int _bytes;

    internal bool IsEmpty => _fields.Count == 0;

    /// <summary>Takes one line; false when it is neither a field nor the continuation of one.</summary>
    internal bool Add(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
            return false;
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            if (_fields.Count == 0)
                return false;
            if (Take(line.Length))
                _fields[^1].Value.AddRange(line);
            return true;
        }
        var colon = NameLength(line);
        if (colon <= 0)
            return false;
        if (_fields.Count < MaxFields && Take(line.Length))
            _fields.Add((Encoding.Latin1.GetString(line[..colon]).TrimEnd(' ', '\t'), [.. line[(colon + 1)..]]));
        return true;
    }

    /// <summary>The bytes of a field's value, or null. Of several fields of a name the first counts.</summary>
    internal byte[]? Raw(string name)
    {
        foreach (var (known, value) in _fields)
        {
            if (known.Equals(name, StringComparison.OrdinalIgnoreCase))
                return [.. value];
        }
        return null;
    }

    /// <summary>A field as people read it, or null when it is missing or blank.</summary>
    internal string? Text(string name) => Raw(name) is { } raw && HeaderText.Decode(raw) is { Length: > 0 } text ? text : null;

    /// <summary>All fields of a name as people read them, on one line.</summary>
    internal string? AllText(string name)
    {
        string[] all = [.. _fields.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static field => HeaderText.Decode([.. field.Value])).Where(static text => text.Length > 0)];
        return all.Length > 0 ? string.Join(", ", all) : null;
    }

    /// <summary>Where the colon of a field stands; 0 or less when the line is no field.</summary>
    internal static int NameLength(ReadOnlySpan<byte> line)
    {
        const int longest = 100;
        var colon = line[..Math.Min(line.Length, longest)].IndexOf((byte)':');
        if (colon <= 0)
            return -1;
        var name = line[..colon].TrimEnd((ReadOnlySpan<byte>)[(byte)' ', (byte)'\t']);
        foreach (var value in name)
        {
            if (value is <= (byte)' ' or >= 0x7F)
                return -1;
        }
        return name.IsEmpty ? -1 : colon;
    }

    private bool Take(int bytes)
    {
        if (_bytes + bytes > MaxBytes)
            return false;
        _bytes += bytes;
        return true;
    }
}
