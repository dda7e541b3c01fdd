using System.Collections.Frozen;

namespace ScaiDrive.Extraction.Formats.RichText;

/// <summary>Control words that need no more than a table.</summary>
internal static class RtfWords
{
    /// <summary>Words that stand for a character ("Special Characters").</summary>
    internal static FrozenDictionary<string, char> Characters { get; } = new Dictionary<string, char>
    {
        ["bullet"] = '•',
        ["emdash"] = '—',
        ["endash"] = '–',
        ["lquote"] = '‘',
        ["rquote"] = '’',
        ["ldblquote"] = '“',
        ["rdblquote"] = '”',
        ["emspace"] = '\u2003',
        ["enspace"] = '\u2002',
        ["qmspace"] = '\u2005',
        ["ltrmark"] = '\u200E',
        ["rtlmark"] = '\u200F',
        ["zwj"] = '\u200D',
        ["zwnj"] = '\u200C',
        ["zwbo"] = '\u200B',
        ["zwnbo"] = '\u2060',
    }.ToFrozenDictionary();

    /// <summary>Destinations whose text is no text of the document, although they are not marked as ones that may be skipped.</summary>
    internal static FrozenSet<string> Skipped { get; } = new[]
    {
        "colortbl", "filetbl", "listtable", "listoverridetable", "revtbl", "nonshppict", "pntxta", "pntxtb", "xe", "tc", "rxe", "txe", "nonesttables", "shprslt",
        "fname", "falt", "panose", "fontemb", "bkmkstart", "bkmkend", "datafield", "template", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn",
        "hlloc", "hlfr", "themedata", "colorschememapping", "private", "mmathPict",
    }.ToFrozenSet();

    /// <summary>Destinations marked as ones that may be skipped, and yet text, or around text.</summary>
    internal static FrozenSet<string> Transparent { get; } = new[]
    {
        "shpinst", "shppict", "do", "moMath", "moMathPara", "oMath", "oMathPara", "hl", "pntext", "picprop",
    }.ToFrozenSet();

    /// <summary>Properties of shapes and pictures that hold text: alternative text, and the text drawn as art.</summary>
    internal static FrozenSet<string> TextProperties { get; } = new[] { "wzDescription", "gtextUNICODE", "wzTooltip" }.ToFrozenSet();
}
