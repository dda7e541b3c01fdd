using System.Text;

namespace ScaiDrive.Extraction.Formats.Pdf.Layout;

/// <summary>Puts the words of a page into reading order.</summary>
/// <remarks>
/// The order of the content is the order of reading in nearly all documents, for columns, text boxes and text at an angle too, where
/// looking at the positions alone must guess. So that order is kept; three things are mended where positions show them: text painted twice for a bold
/// look, words put into the gaps of a line painted before, and columns painted line by line across the page.
/// </remarks>
internal static class PageLayout
{
    private const int LookBack = 200;
    private const int LeastRows = 4;
    private const int LeastCharacters = 18;

    // About a dozen letters.
    private const float LeastLine = 6;

    /// <summary>The text of a page, or null when the order of its content is none and only positions can tell.</summary>
    internal static string? Arrange(List<Word> words)
    {
        TurnedPage.SetLevel(words);
        var rows = Rows(words);
        if (IsDisorder(rows))
            return null;
        var text = new StringBuilder();
        for (var i = 0; i < rows.Count;)
        {
            var run = ColumnRun(rows, i, out var gutters);
            if (run >= LeastRows)
            {
                WriteColumns(text, rows, i, run, gutters);
                i += run;
                continue;
            }
            StartLine(text, i > 0 ? rows[i - 1] : null, rows[i]);
            rows[i].Write(text);
            i++;
        }
        return text.ToString();
    }

    /// <summary>True when a good part of the letters is written from right to left, which the order of the content does not show.</summary>
    internal static bool IsRightToLeft(List<Word> words)
    {
        var (found, all) = (0, 0);
        foreach (var word in words)
        {
            foreach (var letter in word.Text)
            {
                all++;
                if (letter is (>= '\u0590' and < '\u0900') or (>= '\uFB1D' and < '\uFE00') or (>= '\uFE70' and < '\uFEFF'))
                    found++;
            }
        }
        return found * 10 > all;
    }

    private static List<TextRow> Rows(List<Word> words)
    {
        var rows = new List<TextRow>();
        var seen = new Dictionary<string, Word>(words.Count, StringComparer.Ordinal);
        TextRow? row = null;
        foreach (var word in words)
        {
            if (IsPaintedAgain(word, seen) || row?.TryContinue(word) == true)
                continue;
            row = Fill(rows, word);
            if (row is null)
                rows.Add(row = new(word));
        }
        return rows;
    }

    // Shadows and bold looks are the same word again, a little aside.
    private static bool IsPaintedAgain(in Word word, Dictionary<string, Word> seen)
    {
        var again = seen.TryGetValue(word.Text, out var before)
            && Math.Abs(before.Left - word.Left) < 0.15f * word.Height && Math.Abs(before.Top - word.Top) < 0.15f * word.Height;
        seen[word.Text] = word;
        return again;
    }

    private static TextRow? Fill(List<TextRow> rows, in Word word)
    {
        for (var i = rows.Count - 1; i >= Math.Max(0, rows.Count - LookBack); i--)
        {
            if (rows[i].TryFill(word))
                return rows[i];
        }
        return null;
    }

    // Going up inside a column happens at headers, footers and boxes, and along the axes of charts; when it happens
    // with lines of text all the time, they were painted in any order.
    private static bool IsDisorder(List<TextRow> rows)
    {
        var (ups, lines) = (0, 0);
        TextRow? last = null;
        foreach (var row in rows)
        {
            if (row.Right - row.Left < LeastLine * row.Height)
                continue;
            lines++;
            if (last is not null && row.Bottom <= last.Top + 0.3f * row.Height
                && Math.Min(last.Right, row.Right) - Math.Max(last.Left, row.Left) > 0.5f * Math.Min(last.Right - last.Left, row.Right - row.Left))
                ups++;
            last = row;
        }
        return ups >= 5 && ups * 5 > lines;
    }

    // A blank line where the gap says that a paragraph ends.
    private static void StartLine(StringBuilder text, TextRow? last, TextRow row)
    {
        if (last is null)
            return;
        var isParagraph = row.Top - last.Bottom > 0.6f * Math.Min(last.Height, row.Height);
        if (!isParagraph && row.StartsInLowerCase && IsBroken(text))
        {
            text.Length--;
            return;
        }
        text.Append('\n');
        if (isParagraph)
            text.Append('\n');
    }

    // A word that was broken at the end of its line is one word to those who search for it.
    private static bool IsBroken(StringBuilder text) =>
        text.Length > 1 && text[^1] is '-' or '\u00AD' or '\u2010' && char.IsLetter(text[^2]);

    /// <summary>How many rows from <paramref name="first"/> on are lines of prose side by side with the same gaps between them; one painted across is no table when its cells are as long as lines.</summary>
    private static int ColumnRun(List<TextRow> rows, int first, out List<(float From, float To)> gutters)
    {
        gutters = [];
        var (count, characters) = (0, 0);
        for (var i = first; i < rows.Count; i++, count++)
        {
            var breaks = rows[i].Gutters();
            if (breaks.Count == 0 || (i > first && (breaks.Count != gutters.Count || rows[i].Top < rows[i - 1].Top)))
                break;
            if (i == first)
                gutters = [.. breaks.Select(_ => (float.MinValue, float.MaxValue))];
            var narrowed = Narrow(gutters, rows[i], breaks);
            if (narrowed.Any(gutter => gutter.To - gutter.From < 0.8f * rows[i].Height))
                break;
            gutters = narrowed;
            characters += rows[i].Words.Sum(static word => word.Text.Length + 1);
        }
        return count >= LeastRows && characters >= count * (gutters.Count + 1) * LeastCharacters ? count : 0;
    }

    private static List<(float From, float To)> Narrow(List<(float From, float To)> gutters, TextRow row, List<int> breaks) =>
        [.. gutters.Select((gutter, i) => (Math.Max(gutter.From, row.Words[breaks[i] - 1].Right), Math.Min(gutter.To, row.Words[breaks[i]].Left)))];

    private static void WriteColumns(StringBuilder text, List<TextRow> rows, int first, int count, List<(float From, float To)> gutters)
    {
        for (var column = 0; column <= gutters.Count; column++)
        {
            for (var i = first; i < first + count; i++)
            {
                StartLine(text, i > first ? rows[i - 1] : column > 0 ? rows[i] : first > 0 ? rows[first - 1] : null, rows[i]);
                var breaks = rows[i].Gutters();
                rows[i].Write(text, column == 0 ? 0 : breaks[column - 1], column == gutters.Count ? rows[i].Words.Count : breaks[column]);
            }
        }
    }
}
