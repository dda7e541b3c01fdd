namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>Tags and code pages of the numbers Windows gives to languages ([MS-LCID] 2.2). The framework's own table is not there without ICU, which readers run without.</summary>
internal static class WindowsLanguage
{
    /// <summary>The tag, or null for no language and for rare ones.</summary>
    internal static string? Tag(int number) => number switch
    {
        0x0401 => "ar-SA",
        0x0402 => "bg-BG",
        0x0403 => "ca-ES",
        0x0404 => "zh-TW",
        0x0405 => "cs-CZ",
        0x0406 => "da-DK",
        0x0407 => "de-DE",
        0x0408 => "el-GR",
        0x0409 => "en-US",
        0x040A or 0x0C0A => "es-ES",
        0x040B => "fi-FI",
        0x040C => "fr-FR",
        0x040D => "he-IL",
        0x040E => "hu-HU",
        0x040F => "is-IS",
        0x0410 => "it-IT",
        0x0411 => "ja-JP",
        0x0412 => "ko-KR",
        0x0413 => "nl-NL",
        0x0414 => "nb-NO",
        0x0415 => "pl-PL",
        0x0416 => "pt-BR",
        0x0418 => "ro-RO",
        0x0419 => "ru-RU",
        0x041A => "hr-HR",
        0x041B => "sk-SK",
        0x041D => "sv-SE",
        0x041E => "th-TH",
        0x041F => "tr-TR",
        0x0421 => "id-ID",
        0x0422 => "uk-UA",
        0x0424 => "sl-SI",
        0x0425 => "et-EE",
        0x0426 => "lv-LV",
        0x0427 => "lt-LT",
        0x0429 => "fa-IR",
        0x042A => "vi-VN",
        0x0439 => "hi-IN",
        0x0804 => "zh-CN",
        0x0807 => "de-CH",
        0x0809 => "en-GB",
        0x080A => "es-MX",
        0x080C => "fr-BE",
        0x0813 => "nl-BE",
        0x0814 => "nn-NO",
        0x0816 => "pt-PT",
        0x0C07 => "de-AT",
        0x0C09 => "en-AU",
        0x0C0C => "fr-CA",
        0x1009 => "en-CA",
        0x100C => "fr-CH",
        0x1409 => "en-NZ",
        0x1809 => "en-IE",
        _ => null,
    };

    /// <summary>The code page Windows uses for 8-bit text of a language; 1252 for the Latin letters of the West, and when it is unknown.</summary>
    internal static int CodePage(int language) => language switch
    {
        0x0404 or 0x0C04 or 0x1404 => 950,
        0x0C1A => 1251,
        _ => (language & 0x3FF) switch
        {
            0x01 or 0x20 or 0x29 => 1256,
            0x02 or 0x19 or 0x22 or 0x23 or 0x2F => 1251,
            0x04 => 936,
            0x05 or 0x0E or 0x15 or 0x18 or 0x1A or 0x1B or 0x1C or 0x24 => 1250,
            0x08 => 1253,
            0x0D => 1255,
            0x11 => 932,
            0x12 => 949,
            0x1E => 874,
            0x1F or 0x2C => 1254,
            0x25 or 0x26 or 0x27 => 1257,
            _ => 1252,
        },
    };
}
