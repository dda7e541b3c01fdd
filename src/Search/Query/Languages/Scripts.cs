using System.Text;

namespace ScaiDrive.Search.Query.Languages;

/// <summary>Writing systems that tell something about a language.</summary>
internal enum Script
{
    Other, Latin, Cyrillic, Greek, Armenian, Hebrew, Arabic, Devanagari, Tamil, Thai, Lao, Myanmar, Georgian, Hangul, Khmer, Kana, Han,
}

/// <summary>Which writing system a character belongs to, by its Unicode block.</summary>
internal static class Scripts
{
    internal static Script Of(Rune rune) => rune.Value switch
    {
        < 0x0250 => Script.Latin,
        >= 0x1E00 and <= 0x1EFF => Script.Latin,
        >= 0xFF21 and <= 0xFF5A => Script.Latin,
        >= 0x0370 and <= 0x03FF or >= 0x1F00 and <= 0x1FFF => Script.Greek,
        >= 0x0400 and <= 0x052F => Script.Cyrillic,
        >= 0x0530 and <= 0x058F => Script.Armenian,
        >= 0x0590 and <= 0x05FF or >= 0xFB1D and <= 0xFB4F => Script.Hebrew,
        >= 0x0600 and <= 0x06FF or >= 0x0750 and <= 0x077F or >= 0xFB50 and <= 0xFDFF or >= 0xFE70 and <= 0xFEFF => Script.Arabic,
        >= 0x0900 and <= 0x097F => Script.Devanagari,
        >= 0x0B80 and <= 0x0BFF => Script.Tamil,
        >= 0x0E00 and <= 0x0E7F => Script.Thai,
        >= 0x0E80 and <= 0x0EFF => Script.Lao,
        >= 0x1000 and <= 0x109F => Script.Myanmar,
        >= 0x10A0 and <= 0x10FF => Script.Georgian,
        >= 0x1100 and <= 0x11FF or >= 0x3130 and <= 0x318F or >= 0xAC00 and <= 0xD7FF => Script.Hangul,
        >= 0x1780 and <= 0x17FF => Script.Khmer,
        >= 0x3040 and <= 0x30FF or >= 0x31F0 and <= 0x31FF or >= 0xFF66 and <= 0xFF9F => Script.Kana,
        >= 0x3400 and <= 0x4DBF or >= 0x4E00 and <= 0x9FFF or >= 0xF900 and <= 0xFAFF or >= 0x20000 and <= 0x3FFFF => Script.Han,
        _ => Script.Other,
    };

    /// <summary>Whether words of it are not reliably told apart by spaces, so that it is searched by pairs of characters.</summary>
    /// <remarks>Korean has spaces, but its particles are written onto the word.</remarks>
    internal static bool IsUnsegmented(Rune rune) =>
        rune.Value >= 0x0E00
        && (Of(rune) is Script.Thai or Script.Lao or Script.Myanmar or Script.Khmer or Script.Kana or Script.Han or Script.Hangul
            // Iteration marks and the ideographic zero.
            || rune.Value is >= 0x3005 and <= 0x3007 or >= 0xAA60 and <= 0xAA7F or >= 0xA9E0 and <= 0xA9FF);
}
