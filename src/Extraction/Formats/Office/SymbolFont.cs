namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>Characters of fonts that have an encoding of their own.</summary>
internal static class SymbolFont
{
    // Adobe's Symbol encoding, from U+0020 and from U+00A0; a space where Unicode has no character.
    private const string Low =
        " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼";

    private const string High =
        "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭";

    /// <summary>The Unicode character of one in a symbol font; null when it is a picture nobody would search.</summary>
    internal static char? Find(string? font, int code)
    {
        // Word keeps these characters in the private use area.
        code = code is >= 0xF000 and <= 0xF0FF ? code - 0xF000 : code;
        if (font is not null && font.StartsWith("Wingdings", StringComparison.OrdinalIgnoreCase))
            return Wingding(code);
        if (font is null || !font.Equals("Symbol", StringComparison.OrdinalIgnoreCase))
            return code is >= 0x20 and <= 0xFFFF && !char.IsSurrogate((char)code) ? (char)code : null;
        return code is >= 0x20 and < 0x7F ? Low[code - 0x20] : code is >= 0xA0 and < 0xFF ? High[code - 0xA0] : null;
    }

    private static char? Wingding(int code) => code switch
    {
        0x28 => '☎',
        0x2A => '✉',
        0x4A => '☺',
        0x4C => '☹',
        0x6E => '■',
        0x6F or 0xA8 => '☐',
        0xA7 => '▪',
        0xD8 => '➢',
        0xDF or 0xE7 => '←',
        0xE0 or 0xE8 => '→',
        0xE1 or 0xE9 => '↑',
        0xE2 or 0xEA => '↓',
        0xFB => '✗',
        0xFC => '✓',
        0xFD => '☒',
        0xFE => '☑',
        >= 0x81 and <= 0x8A => (char)('①' + code - 0x81),
        >= 0x8C and <= 0x95 => (char)('❶' + code - 0x8C),
        _ => null,
    };
}
