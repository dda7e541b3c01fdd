using System.Collections.Frozen;

namespace ScaiDrive.Extraction.Formats.Office.Sheets.Numbers;

/// <summary>The format codes that workbooks use by number without writing them down (ECMA-376 part 1, 18.8.30).</summary>
/// <remarks>
/// Numbers 14 and 22 are the short date of whoever looks. A program in English shows them as the table says; when the file was written by one in
/// another language nothing tells which order of day and month its people read, and the date is shown as ISO 8601 has it.
/// Numbers 27 to 36 and 50 to 58 differ between Chinese, Japanese and Korean programs: what these agree on is shown so, the rest as ISO 8601 has it.
/// </remarks>
internal static class BuiltInFormats
{
    private const string Money = "$#,##0;($#,##0)", MoneyAndCents = "$#,##0.00;($#,##0.00)";
    private const string IsoDate = "yyyy-mm-dd";
    private const string EastAsianDate = "yyyy\"年\"m\"月\"d\"日\"", EastAsianMonth = "yyyy\"年\"m\"月\"", EastAsianDay = "m\"月\"d\"日\"";

    private static readonly FrozenDictionary<int, string> Codes = new Dictionary<int, string>
    {
        [0] = "General",
        [1] = "0",
        [2] = "0.00",
        [3] = "#,##0",
        [4] = "#,##0.00",
        [5] = Money,
        [6] = Money,
        [7] = MoneyAndCents,
        [8] = MoneyAndCents,
        [9] = "0%",
        [10] = "0.00%",
        [11] = "0.00E+00",
        [12] = "# ?/?",
        [13] = "# ??/??",
        [14] = "m/d/yy",
        [15] = "d-mmm-yy",
        [16] = "d-mmm",
        [17] = "mmm-yy",
        [18] = "h:mm AM/PM",
        [19] = "h:mm:ss AM/PM",
        [20] = "h:mm",
        [21] = "h:mm:ss",
        [22] = "m/d/yy h:mm",
        [27] = IsoDate,
        [28] = IsoDate,
        [29] = IsoDate,
        [30] = "m/d/yy",
        [31] = EastAsianDate,
        [32] = "h\"时\"mm\"分\"",
        [33] = "h\"时\"mm\"分\"ss\"秒\"",
        [34] = EastAsianMonth,
        [35] = EastAsianDay,
        [36] = IsoDate,
        [37] = "#,##0;(#,##0)",
        [38] = "#,##0;(#,##0)",
        [39] = "#,##0.00;(#,##0.00)",
        [40] = "#,##0.00;(#,##0.00)",
        [41] = "#,##0;(#,##0);\"-\"",
        [42] = "$#,##0;($#,##0);\"-\"",
        [43] = "#,##0.00;(#,##0.00);\"-\"",
        [44] = "$#,##0.00;($#,##0.00);\"-\"",
        [45] = "mm:ss",
        [46] = "[h]:mm:ss",
        [47] = "mm:ss.0",
        [48] = "##0.0E+0",
        [49] = "@",
        [50] = IsoDate,
        [51] = EastAsianDay,
        [52] = EastAsianMonth,
        [53] = EastAsianDay,
        [54] = EastAsianDay,
        [55] = EastAsianMonth,
        [56] = EastAsianDay,
        [57] = IsoDate,
        [58] = EastAsianDay,
        [59] = "0",
        [60] = "0.00",
        [61] = "#,##0",
        [62] = "#,##0.00",
        [67] = "0%",
        [68] = "0.00%",
        [69] = "# ?/?",
        [70] = "# ??/??",
        [71] = "d/m/bbbb",
        [72] = "d-mmm-bb",
        [73] = "d-mmm",
        [74] = "mmm-bb",
        [75] = "h:mm",
        [76] = "h:mm:ss",
        [77] = "d/m/bbbb h:mm",
        [78] = "mm:ss",
        [79] = "[h]:mm:ss",
        [80] = "mm:ss.0",
        [81] = "d/m/bb",
    }.ToFrozenDictionary();

    /// <summary>The code of a number; <c>General</c> for numbers nobody defined.</summary>
    /// <param name="id">As cell formats refer to it.</param>
    /// <param name="english">False when the program that wrote the file spoke another language.</param>
    internal static string CodeOf(int id, bool english = true) => id switch
    {
        14 or 30 when !english => IsoDate,
        22 when !english => IsoDate + " h:mm",
        _ => Codes.GetValueOrDefault(id, "General"),
    };
}
