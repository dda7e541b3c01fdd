using System.Globalization;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Mail;

/// <summary>A field with parameters, such as <c>text/plain; charset="utf-8"</c> (RFC 2045 section 5.1), names in pieces and in foreign charsets included (RFC 2231).</summary>
internal sealed class HeaderParameters
{
    private const int MaxParameters = 200;

    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    private HeaderParameters(string value) => Value = value;

    /// <summary>What stands before the parameters, in lower case.</summary>
    internal string Value { get; }

    /// <summary>A parameter, or null.</summary>
    internal string? this[string name] => _values.GetValueOrDefault(name);

    internal static HeaderParameters Parse(byte[]? field)
    {
        if (field is null)
            return new("");
        var text = Charsets.Decode(field, null);
        var position = 0;
        var parsed = new HeaderParameters(Until(text, ref position, ';', '\0').Trim().ToLower(CultureInfo.InvariantCulture));
        var pieces = new SortedDictionary<string, List<(int Number, bool Encoded, string Value)>>(StringComparer.OrdinalIgnoreCase);
        for (var count = 0; position < text.Length && count < MaxParameters; count++)
        {
            position++;
            var name = Until(text, ref position, '=', ';').Trim();
            if (position >= text.Length || text[position] != '=')
                continue;
            position++;
            Add(pieces, name, ReadValue(text, ref position));
        }
        foreach (var (name, parts) in pieces)
            parsed._values[name] = Join(parts);
        return parsed;
    }

    // title*0*=utf-8'en'...; title*1=...: a piece with a star at its end is percent-encoded, and the first names the charset.
    private static void Add(SortedDictionary<string, List<(int, bool, string)>> pieces, string name, string value)
    {
        var star = name.IndexOf('*', StringComparison.Ordinal);
        var (key, encoded, number) = (name, false, -1);
        if (star > 0)
        {
            key = name[..star];
            var rest = name[(star + 1)..];
            encoded = rest.Length == 0 || rest.EndsWith('*');
            if (int.TryParse(rest.TrimEnd('*'), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed))
                number = parsed;
        }
        if (!pieces.TryGetValue(key, out var list))
            pieces[key] = list = [];
        // A plain value beside an encoded one is for old readers.
        if (star > 0 || list.Count == 0)
            list.Add((number, encoded, value));
    }

    private static string Join(List<(int Number, bool Encoded, string Value)> pieces)
    {
        if (pieces.Exists(static piece => piece.Encoded || piece.Number >= 0))
            pieces.RemoveAll(static piece => !piece.Encoded && piece.Number < 0);
        if (pieces is [{ Encoded: false, Number: < 0 } plain])
            return HeaderText.DecodeWords(plain.Value);
        string? charset = null;
        var bytes = new List<byte>();
        foreach (var (_, encoded, value) in pieces.OrderBy(static piece => piece.Number))
        {
            var text = value;
            if (encoded && charset is null)
            {
                var (first, second) = (text.IndexOf('\'', StringComparison.Ordinal), text.IndexOf('\'', text.IndexOf('\'', StringComparison.Ordinal) + 1));
                charset = first >= 0 && second > first ? text[..first] : "";
                text = first >= 0 && second > first ? text[(second + 1)..] : text;
            }
            AddBytes(bytes, text, encoded);
        }
        return Charsets.Decode(bytes.ToArray(), string.IsNullOrEmpty(charset) ? "utf-8" : charset);
    }

    private static void AddBytes(List<byte> bytes, string text, bool encoded)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (encoded && text[i] == '%' && i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                i += 2;
            }
            else if (text[i] < 0x80)
            {
                bytes.Add((byte)text[i]);
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes([text[i]]));
            }
        }
    }

    private static string ReadValue(string text, ref int position)
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
            position++;
        if (position >= text.Length || text[position] != '"')
            return Until(text, ref position, ';', '\0').Trim();
        var value = new StringBuilder();
        for (position++; position < text.Length && text[position] != '"'; position++)
        {
            // A backslash before anything but a quote is part of a path that was not escaped.
            if (text[position] == '\\' && position + 1 < text.Length && text[position + 1] is '"' or '\\')
                position++;
            value.Append(text[position]);
        }
        _ = Until(text, ref position, ';', '\0');
        return value.ToString();
    }

    // Comments in parentheses are left out.
    private static string Until(string text, ref int position, char end, char otherEnd)
    {
        var found = new StringBuilder();
        var depth = 0;
        for (; position < text.Length; position++)
        {
            var character = text[position];
            if (depth == 0 && (character == end || character == otherEnd))
                break;
            if (character == '(')
                depth++;
            else if (character == ')' && depth > 0)
                depth--;
            else if (depth == 0)
                found.Append(character);
        }
        return found.ToString();
    }
}
