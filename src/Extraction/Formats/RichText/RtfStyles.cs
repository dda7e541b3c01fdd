using System.Globalization;
using System.Text;

namespace ScaiDrive.Extraction.Formats.RichText;

/// <summary>Which paragraph styles are headings: those with an outline level, or a name that says so.</summary>
internal sealed class RtfStyles : RtfDestination
{
    private const int MaxStyles = 1 << 16, MaxName = 100;

    private readonly Dictionary<int, int> _levels = [];
    private readonly StringBuilder _name = new();
    private int _number;
    private int? _level;

    /// <summary>Level from 1 when paragraphs of this style are headings.</summary>
    internal int? HeadingLevel(int style) => _levels.TryGetValue(style, out var level) ? level : null;

    /// <summary>The level of <c>\outlinelevel</c>; 9 is body text.</summary>
    internal static int? Level(int? outline) => outline is >= 0 and < 9 ? outline + 1 : null;

    internal override void Append(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (character == ';')
                Store();
            else if (_name.Length < MaxName)
                _name.Append(character);
        }
    }

    internal override bool TakeWord(string word, int? parameter, ref RtfGroup group)
    {
        switch (word)
        {
            case "s":
                _name.Clear();
                (_number, _level) = (parameter ?? 0, null);
                return true;
            case "outlinelevel":
                _level = Level(parameter);
                return true;
            default:
                return false;
        }
    }

    private void Store()
    {
        var name = _name.ToString().Trim();
        if (name.StartsWith("heading ", StringComparison.OrdinalIgnoreCase) && int.TryParse(name.AsSpan(8), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 10)
            _level ??= number;
        else if (name.Equals("title", StringComparison.OrdinalIgnoreCase))
            _level ??= 1;
        if (_level is { } level && _levels.Count < MaxStyles)
            _levels[_number] = level;
        _name.Clear();
        (_number, _level) = (0, null);
    }
}
