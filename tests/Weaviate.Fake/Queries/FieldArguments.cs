using ScaiDrive.Tests.Weaviate.Schema;

namespace ScaiDrive.Tests.Weaviate.Queries;

/// <summary>The arguments of a field, each asked for by its type.</summary>
internal sealed class FieldArguments(string type, QueryField field)
{
    internal void Allow(params string[] names)
    {
        if (field.Arguments.Keys.FirstOrDefault(name => !names.Contains(name)) is { } unknown)
            throw new QueryException($"Unknown argument \"{unknown}\" on field \"{field.Name}\" of type \"{type}\".");
    }

    internal bool Has(string name) => field.Arguments.ContainsKey(name);

    internal string? Text(string name) => field.Arguments.GetValueOrDefault(name) switch
    {
        null => null,
        QueryValue.Text text => text.Value,
        _ => throw Wrong(name, "String"),
    };

    internal int? Whole(string name) => field.Arguments.GetValueOrDefault(name) switch
    {
        null => null,
        QueryValue.Number { IsWhole: true } number => (int)number.Value,
        _ => throw Wrong(name, "Int"),
    };

    internal IReadOnlyDictionary<string, QueryValue>? Fields(string name, params string[] allowed)
    {
        if (field.Arguments.GetValueOrDefault(name) is not { } value)
            return null;
        var fields = (value as QueryValue.Fields ?? throw Wrong(name, "an object")).Values;
        return fields.Keys.FirstOrDefault(key => !allowed.Contains(key)) is { } unknown
            ? throw new QueryException($"Argument \"{name}\" has invalid value. In field \"{unknown}\": Unknown field.")
            : fields;
    }

    internal Filter? Where(Collection collection)
    {
        if (field.Arguments.GetValueOrDefault("where") is not { } value)
            return null;
        var filter = FilterReader.FromQuery(value);
        filter.Validate(collection);
        return filter;
    }

    internal static IReadOnlyList<string> Texts(QueryValue value, string name) =>
        (value as QueryValue.Many ?? throw Wrong(name, "[String]")).Values.Select(item => item is QueryValue.Text text ? text.Value : throw Wrong(name, "[String]")).ToList();

    internal static QueryException Wrong(string name, string type) => new($"Argument \"{name}\" has invalid value. Expected type \"{type}\".");
}
