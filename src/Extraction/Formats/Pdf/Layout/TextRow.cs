using System.Text;

namespace ScaiDrive.Extraction.Formats.Pdf.Layout;

/// <summary>Words that follow each other on one line, across the gaps between columns.</summary>
internal sealed class TextRow
{
    // Shares of the height of a line, which is a little more than the size of its font.
    private const float SpaceBetweenWords = 0.10f;
    private const float SpaceBetweenLetters = 0.16f;
    private const float SpaceAfterSentence = 0.05f;
    private const float WidestTracking = 0.20f;
    private const float LargestOverlap = 0.12f;
    private const float LeastGap = 0.6f;
    private const float Gutter = 1.5f;

    private readonly List<Word> _words = [];
    private int _next;

    internal TextRow(Word first)
    {
        _words.Add(first);
        _next = 1;
        (Left, Top, Right, Bottom) = (first.Left, first.Top, first.Right, first.Bottom);
    }

    internal float Left { get; private set; }

    internal float Top { get; private set; }

    internal float Right { get; private set; }

    internal float Bottom { get; private set; }

    internal float Height => Bottom - Top;

    internal IReadOnlyList<Word> Words => _words;

    /// <summary>Takes a word that goes on after the one taken last.</summary>
    internal bool TryContinue(in Word word)
    {
        if (!Follows(_words[_next - 1], word) || (_next < _words.Count && word.Right > _words[_next].Left + LargestOverlap * word.Height))
            return false;
        Insert(word);
        return true;
    }

    /// <summary>Takes a word that fills a gap between two others, as the value of a form does.</summary>
    internal bool TryFill(in Word word)
    {
        if (word.Left < Left || word.Right > Right || word.Top > Bottom || word.Bottom < Top)
            return false;
        for (var i = 1; i < _words.Count; i++)
        {
            // Lines at an angle reach into each other: what is no wider than a space is no gap.
            if (_words[i].Left - _words[i - 1].Right > LeastGap * word.Height
                && _words[i - 1].Right <= word.Left && word.Right <= _words[i].Left && SameLine(_words[i - 1], word))
            {
                _next = i;
                Insert(word);
                return true;
            }
        }
        return false;
    }

    /// <summary>True when the row may go on with a word that the one before broke off.</summary>
    internal bool StartsInLowerCase => _words.Count > 0 && _words[0].Text is [var first, ..] && char.IsLower(first);

    /// <summary>Where the row has gaps as wide as between columns: the index of the word after each.</summary>
    internal List<int> Gutters()
    {
        var found = new List<int>();
        for (var i = 1; i < _words.Count; i++)
        {
            if (_words[i].Left - _words[i - 1].Right > Gutter * Math.Min(_words[i - 1].Height, _words[i].Height))
                found.Add(i);
        }
        return found;
    }

    /// <summary>Writes the words from one index up to another, a tab where the gap is as wide as between columns.</summary>
    internal void Write(StringBuilder text, int from, int to)
    {
        var tracking = Tracking();
        for (var i = from; i < to; i++)
        {
            if (i > from && Separator(_words[i - 1], _words[i], tracking) is { } separator)
                text.Append(separator);
            text.Append(_words[i].Text);
        }
    }

    internal void Write(StringBuilder text) => Write(text, 0, _words.Count);

    private void Insert(in Word word)
    {
        _words.Insert(_next++, word);
        (Left, Top, Right, Bottom) = (Math.Min(Left, word.Left), Math.Min(Top, word.Top), Math.Max(Right, word.Right), Math.Max(Bottom, word.Bottom));
    }

    private static bool Follows(in Word last, in Word word) =>
        FollowsLevel(last, word) || (IsUpright(last) && IsUpright(word) && FollowsUpright(last, word));

    private static bool FollowsLevel(in Word last, in Word word) =>
        SameLine(last, word) && word.Left > last.Right - LargestOverlap * Math.Min(last.Height, word.Height);

    // A third of the smaller one: raised and lowered small figures belong to their line, and lines at an angle climb from word to word.
    private static bool SameLine(in Word one, in Word other) =>
        Math.Min(one.Bottom, other.Bottom) - Math.Max(one.Top, other.Top) >= 0.35f * Math.Min(one.Height, other.Height);

    // Turned by a quarter, words are taller than wide; so are pairs of narrow letters, but less.
    private static bool IsUpright(in Word word) => word.Text.Length > 1 && word.Height > (word.Text.Length == 2 ? 2.5f : 1.5f) * word.Width;

    private static bool FollowsUpright(in Word last, in Word word) =>
        Math.Min(last.Right, word.Right) - Math.Max(last.Left, word.Left) >= 0.5f * Math.Min(last.Width, word.Width)
        && GapUpright(last, word) > -LargestOverlap * Math.Min(last.Width, word.Width);

    private static float GapUpright(in Word last, in Word word) => Math.Max(word.Top - last.Bottom, last.Top - word.Bottom);

    private static char? Separator(in Word last, in Word word, float tracking)
    {
        var upright = !FollowsLevel(last, word) && IsUpright(last) && IsUpright(word);
        var height = upright ? Math.Min(last.Width, word.Width) : Math.Min(last.Height, word.Height);
        var gap = upright ? GapUpright(last, word) : word.Left - last.Right;
        if (!upright && gap > Gutter * height)
            return '\t';
        // Letters set apart end a word for the tool as a space does, only the gap is smaller.
        var least = last.Text.Length == 1 && word.Text.Length == 1 ? SpaceBetweenLetters
            : char.IsPunctuation(last.Text[^1]) && char.IsUpper(word.Text[0]) ? SpaceAfterSentence : SpaceBetweenWords;
        return gap >= Math.Max(least * height, tracking) || gap < -Gutter * height ? ' ' : null;
    }

    /// <summary>Gaps up to this stand inside words, because nearly all of the row is letters evenly set apart; else 0.</summary>
    private float Tracking()
    {
        const int least = 4;
        if (_words.Count < least || _words.Count(static word => word.Text.Length == 1 && char.IsLetter(word.Text[0])) * 10 < _words.Count * 7)
            return 0;
        var gaps = new float[_words.Count - 1];
        for (var i = 1; i < _words.Count; i++)
            gaps[i - 1] = _words[i].Left - _words[i - 1].Right;
        Array.Sort(gaps);
        var middle = gaps[gaps.Length / 2];
        return middle > 0 && middle < WidestTracking * _words[0].Height ? 1.6f * middle : 0;
    }
}
