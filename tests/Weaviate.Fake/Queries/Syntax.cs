namespace ScaiDrive.Tests.Weaviate.Queries;

/// <summary>A field of a query with its arguments and selections.</summary>
internal sealed record QueryField(string Name, IReadOnlyDictionary<string, QueryValue> Arguments, IReadOnlyList<QueryField> Selections);

/// <summary>A value of an argument.</summary>
internal abstract record QueryValue
{
    internal sealed record Text(string Value) : QueryValue;

    internal sealed record Number(double Value, bool IsWhole) : QueryValue;

    internal sealed record Flag(bool Value) : QueryValue;

    internal sealed record Name(string Value) : QueryValue;

    internal sealed record Many(IReadOnlyList<QueryValue> Values) : QueryValue;

    internal sealed record Fields(IReadOnlyDictionary<string, QueryValue> Values) : QueryValue;
}

/// <summary>The query cannot be answered; its words go into <c>errors</c>.</summary>
internal sealed class QueryException(string message) : Exception(message);
