namespace ScaiDrive.Search.Query.Languages;

/// <summary>What is asked of PostgreSQL's stemmers. The dictionaries are made in <c>Migrations/0005_stemmers.sql</c>.</summary>
internal static class SnowballSql
{
    // In the order of the words. A dictionary without stop words answers every word with one stem.
    internal const string Stems = """
        SELECT coalesce((ts_lexize($1::regdictionary, w.word))[1], w.word)
        FROM unnest($2::text[]) WITH ORDINALITY AS w(word, place)
        ORDER BY w.place
        """;
}
