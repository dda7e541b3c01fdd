using System.Globalization;

namespace ScaiDrive.Bench.Cranfield;

/// <summary>A question and how well each judged document answers it.</summary>
/// <param name="Text">As a person asked it.</param>
/// <param name="Gains">By document number; above 0 is relevant, more is better.</param>
internal sealed record JudgedQuery(string Text, IReadOnlyDictionary<int, int> Gains);

/// <summary>Reads the questions and judgements of the collection.</summary>
internal static class JudgedQueries
{
    /// <summary>Documents that answer nothing at all are judged with a code outside 1 to 4 (-1 in the copy at hand).</summary>
    private const int WorstCode = 4;

    internal static List<JudgedQuery> Read(string queries, string judgements)
    {
        var texts = ReadTexts(queries);
        var gains = ReadGains(judgements);
        // Judgements name a question by its place in the file, 1 to 225, not by the number written beside ".I".
        return [.. gains.OrderBy(query => query.Key).Select(query => new JudgedQuery(texts[query.Key - 1], query.Value))];
    }

    // SMART format: ".I" starts an entry, ".W" its text.
    private static List<string> ReadTexts(string path)
    {
        var texts = new List<string>();
        foreach (var line in File.ReadLines(path))
        {
            if (line.StartsWith(".I ", StringComparison.Ordinal))
                texts.Add("");
            else if (texts.Count > 0 && line is not ['.', _])
                texts[^1] = $"{texts[^1]} {line}".Trim();
        }

        return texts;
    }

    /// <remarks>
    /// The codes of the collection run from 1, a complete answer, to 4, of least interest. So the gain is 5 - code, and nothing
    /// for any other code. Some tools take the code itself for the gain, with the order turned round; <see cref="RankingMeasures"/>
    /// therefore also gives a figure that only asks whether a document is relevant.
    /// </remarks>
    private static Dictionary<int, Dictionary<int, int>> ReadGains(string path)
    {
        var judged = new Dictionary<int, Dictionary<int, int>>();
        foreach (var line in File.ReadLines(path))
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (columns.Length < 3)
                continue;
            var (query, document, code) = (Number(columns[0]), Number(columns[1]), Number(columns[2]));
            if (!judged.TryGetValue(query, out var gains))
                judged[query] = gains = [];
            gains[document] = code is >= 1 and <= WorstCode ? WorstCode + 1 - code : 0;
        }

        return judged;
    }

    private static int Number(string column) => int.Parse(column, CultureInfo.InvariantCulture);
}
