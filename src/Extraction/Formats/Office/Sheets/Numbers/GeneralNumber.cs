using System.Globalization;

namespace ScaiDrive.Extraction.Formats.Office.Sheets.Numbers;

/// <summary>Numbers in cells without a format of their own.</summary>
/// <remarks>
/// A cell of common width shows 11 characters. Here stand up to 15 digits, as many as a cell keeps, and 10 of them after the point: account and order
/// numbers are what people search for, and the input line shows them so too.
/// </remarks>
internal static class GeneralNumber
{
    private const int Width = 11, Decimals = 10;
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
        // The conversion keeps 15 digits and drops what binary fractions leave behind them.
        return Math.Round((decimal)value, Decimals, MidpointRounding.AwayFromZero).ToString("0.##########", CultureInfo.InvariantCulture);
    }
}
