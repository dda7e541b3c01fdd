using System.Text;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>One level of a list: what its items are headed by.</summary>
/// <param name="Start">The first number.</param>
/// <param name="Format">A code of <see cref="NumberWords"/>.</param>
/// <param name="Text">Text of the label; the characters U+0000 to U+0008 stand for the number of that level.</param>
internal sealed record ListLevel(int Start, int Format, string Text)
{
    /// <summary>Most levels of a list; both Word formats have nine.</summary>
    internal const int Count = 9;

    /// <summary>The number starts anew after an item of a level below this one (0-based, exclusive); 0: never. Null: after any outer level.</summary>
    internal int? RestartsBelow { get; init; }

    /// <summary>All numbers of the label are shown as decimals.</summary>
    internal bool IsLegal { get; init; }
}

/// <summary>A list as a paragraph refers to it.</summary>
/// <param name="Family">Lists with the same family count on from each other.</param>
/// <param name="Levels">What is known of the levels, outermost first; at most <see cref="ListLevel.Count"/>.</param>
internal sealed record ListStyle(long Family, IReadOnlyList<ListLevel> Levels)
{
    /// <summary>Numbers that levels of this list start at, although the family has counted on.</summary>
    internal IReadOnlyDictionary<int, int> Restarts { get; init; } = new Dictionary<int, int>();
}

/// <summary>Counts the items of all lists of one text.</summary>
internal sealed class ListNumbers
{
    private const char BulletSign = '·';

    private readonly Dictionary<long, int?[]> _counters = [];
    private readonly HashSet<ListStyle> _begun = new(ReferenceEqualityComparer.Instance);

    /// <summary>The label of the next item; empty when the level shows none.</summary>
    internal string Next(ListStyle list, int level)
    {
        if (level < 0 || level >= list.Levels.Count)
            return "";
        if (!_counters.TryGetValue(list.Family, out var counters))
            _counters[list.Family] = counters = new int?[ListLevel.Count];
        if (_begun.Add(list))
        {
            foreach (var restarted in list.Restarts.Keys.Where(static key => key is >= 0 and < ListLevel.Count))
                counters[restarted] = null;
        }
        Count(list, counters, level);
        return Label(list, counters, level);
    }

    private static void Count(ListStyle list, int?[] counters, int level)
    {
        // An outer level that was passed over counts as shown once.
        for (var outer = 0; outer < level; outer++)
            counters[outer] ??= Start(list, outer);
        counters[level] = counters[level] is { } number ? unchecked(number + 1) : Start(list, level);
        for (var inner = level + 1; inner < list.Levels.Count; inner++)
        {
            if (list.Levels[inner].RestartsBelow is not { } below || level < below)
                counters[inner] = null;
        }
    }

    private static int Start(ListStyle list, int level) => list.Restarts.TryGetValue(level, out var start) ? start : list.Levels[level].Start;

    private static string Label(ListStyle list, int?[] counters, int level)
    {
        var shown = list.Levels[level];
        var label = new StringBuilder();
        foreach (var character in shown.Text)
        {
            if (character >= ListLevel.Count)
                label.Append(Sign(character));
            else if (character < list.Levels.Count)
                label.Append(NumberWords.Format(counters[character] ?? Start(list, character), Format(list.Levels[character])));
        }
        return label.ToString().Trim();

        int Format(ListLevel part) => shown.IsLegal && part.Format is not (NumberWords.Bullet or NumberWords.None) ? NumberWords.Decimal : part.Format;
    }

    // Bullets come from symbol fonts, whose characters stand in the private use area.
    private static char Sign(char character) => character is >= '\uF000' and <= '\uF0FF' ? BulletSign : char.IsControl(character) ? ' ' : character;
}
