using System.Globalization;
using System.Text;

namespace ScaiDrive.Tests.Weaviate.Queries;

/// <summary>Reads the part of GraphQL (October 2021) that queries without variables and fragments consist of.</summary>
internal sealed class QueryParser(string text)
{
    private int _at;

    internal static IReadOnlyList<QueryField> Parse(string query)
    {
        var parser = new QueryParser(query);
        parser.SkipIgnored();
        if (parser.Looks("query"))
            parser.Name();
        var fields = parser.Selections();
        parser.SkipIgnored();
        return parser._at == query.Length ? fields : throw parser.Unexpected();
    }

    private List<QueryField> Selections()
    {
        Expect('{');
        var fields = new List<QueryField>();
        while (!Accept('}'))
            fields.Add(Field());
        return fields.Count > 0 ? fields : throw Unexpected();
    }

    private QueryField Field()
    {
        var name = Name();
        var arguments = new Dictionary<string, QueryValue>(StringComparer.Ordinal);
        if (Accept('('))
        {
            while (!Accept(')'))
                ReadPair(arguments);
        }

        SkipIgnored();
        return new(name, arguments, _at < text.Length && text[_at] == '{' ? Selections() : []);
    }

    private void ReadPair(Dictionary<string, QueryValue> pairs)
    {
        var name = Name();
        Expect(':');
        if (!pairs.TryAdd(name, Value()))
            throw new QueryException($"Syntax Error GraphQL: There can be only one argument named \"{name}\".");
    }

    private QueryValue Value()
    {
        SkipIgnored();
        if (_at >= text.Length)
            throw Unexpected();
        switch (text[_at])
        {
            case '"':
                return new QueryValue.Text(String());
            case '[':
                Expect('[');
                var values = new List<QueryValue>();
                while (!Accept(']'))
                    values.Add(Value());
                return new QueryValue.Many(values);
            case '{':
                Expect('{');
                var fields = new Dictionary<string, QueryValue>(StringComparer.Ordinal);
                while (!Accept('}'))
                    ReadPair(fields);
                return new QueryValue.Fields(fields);
            case '-' or (>= '0' and <= '9'):
                return Number();
            default:
                var name = Name();
                return name is "true" or "false" ? new QueryValue.Flag(name == "true") : new QueryValue.Name(name);
        }
    }

    private QueryValue.Number Number()
    {
        var start = _at;
        while (_at < text.Length && (char.IsAsciiDigit(text[_at]) || text[_at] is '-' or '+' or '.' or 'e' or 'E'))
            _at++;
        var number = text[start.._at];
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? new(value, number.All(character => char.IsAsciiDigit(character) || character == '-'))
            : throw Unexpected();
    }

    private string String()
    {
        var value = new StringBuilder();
        for (_at++; ; _at++)
        {
            if (_at >= text.Length || text[_at] is '\n' or '\r')
                throw new QueryException("Syntax Error GraphQL: Unterminated string.");
            if (text[_at] == '"')
            {
                _at++;
                return value.ToString();
            }

            if (text[_at] < ' ' && text[_at] != '\t')
                throw new QueryException("Syntax Error GraphQL: Invalid character within String.");
            if (text[_at] != '\\')
            {
                value.Append(text[_at]);
                continue;
            }

            _at++;
            value.Append(text[_at] switch
            {
                '"' or '\\' or '/' => text[_at],
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\b',
                'f' => '\f',
                'u' => Unicode(),
                _ => throw new QueryException($"Syntax Error GraphQL: Invalid character escape sequence: \\{text[_at]}."),
            });
        }
    }

    private char Unicode()
    {
        var character = (char)int.Parse(text.AsSpan(_at + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        // Each escape is read by itself there: half a pair becomes nothing.
        if (char.IsSurrogate(character))
            throw new QueryException("an escaped surrogate is not a character");
        _at += 4;
        return character;
    }

    private string Name()
    {
        SkipIgnored();
        var start = _at;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
            _at++;
        return _at > start && !char.IsAsciiDigit(text[start]) ? text[start.._at] : throw Unexpected();
    }

    private bool Looks(string word) => text.AsSpan(_at).StartsWith(word, StringComparison.Ordinal);

    private bool Accept(char punctuator)
    {
        SkipIgnored();
        if (_at >= text.Length || text[_at] != punctuator)
            return false;
        _at++;
        return true;
    }

    private void Expect(char punctuator)
    {
        if (!Accept(punctuator))
            throw Unexpected();
    }

    // Commas are white space in GraphQL.
    private void SkipIgnored()
    {
        while (_at < text.Length && (char.IsWhiteSpace(text[_at]) || text[_at] == ','))
            _at++;
    }

    private QueryException Unexpected() =>
        new($"Syntax Error GraphQL request at {_at}: Unexpected {(_at < text.Length ? $"character \"{text[_at]}\"" : "EOF")}.");
}
