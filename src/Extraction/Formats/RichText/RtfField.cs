using System.Globalization;

namespace ScaiDrive.Extraction.Formats.RichText;

/// <summary>What the instruction of a field says beside its result.</summary>
internal static class RtfField
{
    private static readonly string[] Leading = ["HYPERLINK", "INCLUDE", "LINK", "IMPORT"];

    /// <summary>Where the field leads to, or null: <c>HYPERLINK "address"</c>, <c>INCLUDEPICTURE "address"</c> and their like.</summary>
    internal static string? Target(string instruction)
    {
        if (!Leading.Any(name => instruction.StartsWith(name, StringComparison.OrdinalIgnoreCase)))
            return null;
        var open = instruction.IndexOf('"', StringComparison.Ordinal);
        if (open < 0)
        {
            var words = instruction.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return words.Length > 1 && !words[1].StartsWith('\\') && !words[1].StartsWith('#') ? words[1] : null;
        }
        // HYPERLINK \l "place" stays inside the document.
        if (instruction[..open].TrimEnd().EndsWith("\\l", StringComparison.Ordinal))
            return null;
        var close = instruction.IndexOf('"', open + 1);
        var target = close < 0 ? instruction[(open + 1)..] : instruction[(open + 1)..close];
        return target.StartsWith('#') ? null : target;
    }

    /// <summary>The character of <c>SYMBOL code \f "font"</c>, or null.</summary>
    internal static char? Sign(string instruction)
    {
        if (!instruction.StartsWith("SYMBOL ", StringComparison.OrdinalIgnoreCase))
            return null;
        var words = instruction.Split([' ', '"'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2 || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var code) || code is < 0x20 or > 0xFFFF)
            return null;
        var font = Array.IndexOf(words, "\\f");
        var signs = font >= 0 && font + 1 < words.Length ? SignFonts.Named(words[font + 1]) : SignFont.None;
        return signs == SignFont.None ? (char)code : SignFonts.Show(signs, code);
    }
}

/// <summary>A field of a form that offers a list: its result is a number in the file, and the chosen entry on the page.</summary>
internal sealed class RtfFormField(RtfStory around) : RtfDestination
{
    private const int MaxEntries = 1000, NotChosen = 25;

    private readonly List<string> _entries = [];
    private int _chosen = NotChosen;
    private int _default;

    internal override void Append(ReadOnlySpan<char> text)
    {
    }

    internal override bool TakeWord(string word, int? parameter, ref RtfGroup group)
    {
        switch (word)
        {
            case "ffres":
                _chosen = parameter ?? NotChosen;
                return true;
            case "ffdefres":
                _default = parameter ?? 0;
                return true;
            case "ffl":
                group.Destination = new RtfShortText(Add);
                group.Opened = true;
                return true;
            case "ffdeftext" or "ffname" or "ffformat" or "ffhelptext" or "ffstattext" or "ffentrymcr" or "ffexitmcr":
                group.Destination = RtfNowhere.Everything;
                return true;
            default:
                return false;
        }
    }

    private void Add(string entry)
    {
        if (_entries.Count < MaxEntries)
            _entries.Add(entry);
    }

    internal override void Close()
    {
        var entry = _chosen == NotChosen ? _default : _chosen;
        if (entry >= 0 && entry < _entries.Count)
            around.Append(_entries[entry]);
    }
}
