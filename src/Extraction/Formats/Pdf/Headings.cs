using System.Text;

namespace ScaiDrive.Extraction.Formats.Pdf;

/// <summary>A text with its white space and case out of the way, and the way back to where a find stands in it.</summary>
internal sealed class SearchableText(string text)
{
    private int[]? _offsets;

    /// <summary>Lower case, one space for each run of white space, none at the ends.</summary>
    internal string Normal => field ??= Normalize(text);

    internal static string Normalize(string given)
    {
        var normal = new StringBuilder(given.Length);
        foreach (var character in given)
        {
            if (!char.IsWhiteSpace(character))
                normal.Append(char.ToLowerInvariant(character));
            else if (normal.Length > 0 && normal[^1] != ' ')
                normal.Append(' ');
        }
        if (normal.Length > 0 && normal[^1] == ' ')
            normal.Length--;
        return normal.ToString();
    }

    /// <summary>Where a title stands, at the start of a line if it can; -1 when it does not.</summary>
    internal int Find(string title, int from)
    {
        var wanted = Normalize(title);
        if (wanted.Length == 0)
            return -1;
        _offsets ??= Offsets();
        // What stands before the place was looked through for the titles before.
        var start = Array.BinarySearch(_offsets, from);
        var first = -1;
        for (var at = Normal.IndexOf(wanted, start < 0 ? ~start : start, StringComparison.Ordinal); at >= 0; at = at + 1 < Normal.Length ? Normal.IndexOf(wanted, at + 1, StringComparison.Ordinal) : -1)
        {
            var offset = _offsets[at];
            if (offset == 0 || text[offset - 1] == '\n')
                return offset;
            if (first < 0)
                first = offset;
        }
        return first;
    }

    private int[] Offsets()
    {
        var offsets = new int[Normal.Length];
        var (at, space) = (0, true);
        for (var i = 0; i < text.Length && at < offsets.Length; i++)
        {
            var isSpace = char.IsWhiteSpace(text[i]);
            if (!isSpace || !space)
                offsets[at++] = i;
            space = isSpace;
        }
        return offsets;
    }
}

/// <summary>Makes bookmarks the headings of the page they lead to.</summary>
internal static class Headings
{
    private const int LongestTitle = 200;

    /// <summary>Marks each title where the page has it; one that the page does not have becomes a line at its top.</summary>
    /// <param name="bookmarks">In their order.</param>
    /// <param name="layer">What titles are looked for in; <paramref name="text"/> starts with it.</param>
    /// <param name="text">The text of the page.</param>
    internal static (string Text, IReadOnlyList<Heading> Headings) Place(IReadOnlyList<Bookmark> bookmarks, SearchableText layer, string text)
    {
        if (bookmarks.Count == 0)
            return (text, []);
        var (top, missing, found, from) = (new StringBuilder(), new List<Heading>(), new List<Heading>(), 0);
        foreach (var bookmark in bookmarks)
        {
            var title = bookmark.Title.Length <= LongestTitle ? bookmark.Title : bookmark.Title[..LongestTitle];
            var offset = layer.Find(bookmark.Title, from) is >= 0 and var after ? after : layer.Find(bookmark.Title, 0);
            if (offset < 0)
            {
                missing.Add(new(top.Length, bookmark.Level, title));
                top.Append(bookmark.Title).Append('\n');
                continue;
            }
            found.Add(new(offset, bookmark.Level, title));
            from = offset + 1;
        }
        return (top.ToString() + text, [.. missing, .. found.Select(heading => heading with { Offset = heading.Offset + top.Length }).OrderBy(static heading => heading.Offset)]);
    }
}
