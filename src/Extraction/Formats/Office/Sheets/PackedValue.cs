namespace ScaiDrive.Extraction.Formats.Office.Sheets;

/// <summary>Numbers and errors as the binary workbooks of both generations pack them.</summary>
internal static class PackedValue
{
    /// <summary>30 bits of a number, or of a whole one; bit 0 divides it by a hundred ([MS-XLS] 2.5.217, [MS-XLSB] 2.5.123).</summary>
    internal static double Rk(uint packed)
    {
        var number = (packed & 2) != 0 ? (int)packed >> 2 : BitConverter.Int64BitsToDouble((long)(packed & 0xFFFFFFFC) << 32);
        return (packed & 1) != 0 ? number / 100 : number;
    }

    /// <summary>What a cell shows for an error ([MS-XLS] 2.5.10).</summary>
    internal static string Error(byte code) => code switch
    {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2A => "#N/A",
        0x2B => "#GETTING_DATA",
        _ => "",
    };

    internal static string Boolean(byte value) => value != 0 ? "TRUE" : "FALSE";
}
