using System.Text;
using ScaiDrive.Extraction.Formats.Office;

namespace ScaiDrive.Extraction.Formats.RichText;

/// <summary>Which encoding the bytes of a run are in: each font has its own, others follow the document.</summary>
internal sealed class RtfFonts : RtfDestination
{
    private const int Western = 1252, MaxFonts = 1 << 16, MaxName = 100;

    private readonly Dictionary<int, Font> _fonts = [];
    private readonly StringBuilder _name = new();
    private Font? _open;

    private record struct Font(int Number, int? Charset, int? CodePage, SignFont Signs);

    /// <summary>The encoding of text in no font, and in fonts that name none.</summary>
    internal Encoding Document { get; private set; } = CodePages.Find(Western)!;

    /// <summary>The font that text has where none is named (<c>\deff</c>).</summary>
    internal int Default { get; set; } = -1;

    /// <summary><c>\ansi</c>, <c>\mac</c>, <c>\pc</c>, <c>\pca</c> and <c>\ansicpg</c>.</summary>
    internal void UseCodePage(int codePage) => Document = CodePages.Find(codePage) ?? Document;

    /// <summary>The encoding of the bytes in a font.</summary>
    internal Encoding EncodingOf(int font) =>
        _fonts.TryGetValue(font, out var found) && (found.CodePage ?? CodePage(found.Charset)) is { } page ? CodePages.Find(page) ?? Document : Document;

    /// <summary>Whether the letters of a font show as something else.</summary>
    internal SignFont SignsOf(int font) => _fonts.TryGetValue(font, out var found) ? found.Signs : SignFont.None;

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
            case "f":
                Store(); // some writers leave out the semicolon
                _open = new(parameter ?? 0, null, null, SignFont.None);
                return true;
            case "fcharset":
                _open = _open is { } font ? font with { Charset = parameter } : null;
                return true;
            case "cpg":
                _open = _open is { } open ? open with { CodePage = parameter } : null;
                return true;
            default:
                return false;
        }
    }

    internal override void Close() => Store();

    private void Store()
    {
        if (_open is { } font && _fonts.Count < MaxFonts)
            _fonts[font.Number] = font with { Signs = SignFonts.Named(_name.ToString()) };
        _open = null;
        _name.Clear();
    }

    // The table of \fcharset; 1 is "default" and 2 "symbol", which say nothing.
    private static int? CodePage(int? charset) => charset switch
    {
        0 => Western,
        77 => 10000,
        78 => 10001,
        79 => 10003,
        80 => 10008,
        81 => 10002,
        83 => 10005,
        84 => 10004,
        85 => 10006,
        86 => 10081,
        87 => 10021,
        88 => 10029,
        89 => 10007,
        128 => 932,
        129 => 949,
        130 => 1361,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 or 181 => 1255,
        178 or 179 or 180 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        254 => 437,
        255 => 850,
        _ => null,
    };
}

/// <summary>What a font shows in place of letters.</summary>
internal enum SignFont
{
    None,
    Symbol,
    Dingbats,
}

/// <summary>Fonts whose codes are signs: without the font their letters are noise.</summary>
internal static class SignFonts
{
    // Adobe's Symbol encoding from space to tilde.
    private const string Signs =
        " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼";

    internal static SignFont Named(string font) =>
        font.AsSpan().Trim().StartsWith("Symbol", StringComparison.OrdinalIgnoreCase) ? SignFont.Symbol
        : font.Contains("dings", StringComparison.OrdinalIgnoreCase) || font.Contains("Dingbats", StringComparison.OrdinalIgnoreCase) ? SignFont.Dingbats
        : SignFont.None;

    /// <summary>What a code of such a font shows; of pictures no more is known than that they are some mark.</summary>
    internal static char Show(SignFont font, int code) => font == SignFont.Dingbats && code > ' ' ? '•' : code switch
    {
        >= 0x20 and < 0x7F => Signs[code - 0x20],
        0xA3 => '≤',
        0xA5 => '∞',
        0xAC => '←',
        0xAE => '→',
        0xB0 => '°',
        0xB1 => '±',
        0xB3 => '≥',
        0xB4 => '×',
        0xB8 => '÷',
        0xB9 => '≠',
        0xBB => '≈',
        0xC6 => '∅',
        0xCE => '∈',
        0xD1 => '∇',
        0xD6 => '√',
        0xE5 => '∑',
        0xF2 => '∫',
        _ => '•',
    };
}
