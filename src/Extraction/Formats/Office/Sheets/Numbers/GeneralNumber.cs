using System.Globalization;

namespace ScaiDrive.Extraction.Formats.Office.Sheets.Numbers;

/// <summary>Numbers in cells without a format of their own.</summary>
/// <remarks>
/// A cell shows 11 characters. Whole numbers stand here with all 15 digits a cell keeps: they are what people search for, account and order numbers,
/// and a wide column or the input line shows them so too.
/// </remarks>
internal static class GeneralNumber
{
    private const int Width = 11;
    private const double MaxWhole = 1e15, MaxPlain = 1e11, MinPlain = 1e-4;

    internal static string Show(double value)
    {
        var size = Math.Abs(value);
        if (size == 0)
            return "0";
        if (size < MaxWhole && value == Math.Floor(value))
            return value.ToString("0", CultureInfo.InvariantCulture);
        if (size >= MaxWhole)
            return value.ToString("0.##############E+00", CultureInfo.InvariantCulture);
        if (size >= MaxPlain)
            return value.ToString("0", CultureInfo.InvariantCulture);
        if (size < MinPlain)
        {
            var exact = size < 1e-20 ? "" : ((decimal)size).ToString("0.############################", CultureInfo.InvariantCulture);
            return exact.Length is > 0 and <= Width && double.Parse(exact, CultureInfo.InvariantCulture) == size
                ? (value < 0 ? "-" : "") + exact : value.ToString("0.#####E+00", CultureInfo.InvariantCulture);
        }
        var whole = ((long)size).ToString(CultureInfo.InvariantCulture).Length;
        var decimals = Math.Max(0, Width - 1 - whole);
        return Math.Round((decimal)value, decimals, MidpointRounding.AwayFromZero).ToString("0.##########", CultureInfo.InvariantCulture);
    }
}
