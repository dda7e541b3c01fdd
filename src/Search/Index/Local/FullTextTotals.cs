namespace ScaiDrive.Search.Index.Local;

/// <summary>The totals FTS5 computes its scores from.</summary>
/// <remarks>
/// A contentless table that allows deletion does not take deleted rows out of its totals, so that the same files score differently
/// with another history. Knowing the totals, the frequency a score was made of can be told, and weighed by the files there are.
/// </remarks>
/// <param name="Rows">Rows.</param>
/// <param name="Tokens">Tokens of all columns.</param>
internal readonly record struct FullTextTotals(long Rows, long Tokens)
{
    /// <summary>Reads them from the "averages" record: row count and tokens by column, each as a variable-length integer.</summary>
    /// <remarks>https://sqlite.org/src/file/ext/fts5/fts5_index.c, "%_data" record of id 1.</remarks>
    internal static FullTextTotals Read(SqliteStatements reader)
    {
        if (reader.Scalar(LocalIndexSql.FullTextTotals) is not byte[] { Length: > 0 } record)
            return default;
        var at = 0;
        var rows = Integer(record, ref at);
        long tokens = 0;
        while (at < record.Length)
            tokens += Integer(record, ref at);
        return new(rows, tokens);
    }

    /// <summary>How often, weighed by where, the one phrase of a query occurs in a file.</summary>
    /// <param name="score">What bm25() says, made positive.</param>
    /// <param name="matches">Rows that match the query.</param>
    /// <param name="length">Tokens of the file.</param>
    internal int WeightOf(double score, int matches, int length)
    {
        var relativeLength = Rows == 0 || Tokens == 0 ? 1 : length / ((double)Tokens / Rows);
        return WordWeights.WeightOf(score / WordWeights.Idf((int)Rows, matches), relativeLength);
    }

    // Seven bits a byte, the highest first; the ninth byte has eight.
    private static long Integer(byte[] record, ref int at)
    {
        long value = 0;
        for (var i = 0; i < 9 && at < record.Length; i++)
        {
            var next = record[at++];
            if (i == 8)
                return (value << 8) | next;
            value = (value << 7) | (next & 0x7FL);
            if (next < 0x80)
                break;
        }

        return value;
    }
}
