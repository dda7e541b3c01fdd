using System.Globalization;

namespace ScaiDrive.Connectors.Permissions;

/// <summary>Security identifiers as text: <c>S-1-5-21-…</c>, in the one form that makes equal ones equal.</summary>
internal static class SidText
{
    private const int MaxSubAuthorities = 15;
    private const ulong MaxAuthority = 0xFFFF_FFFF_FFFF;

    /// <summary>The form of MS-DTYP 2.4.2.1; null when it is none. An authority of 32 bits is written in decimal, a larger one in hex.</summary>
    internal static string? Normalize(string text)
    {
        var parts = text.Trim().Split('-');
        if (parts.Length is < 3 or > MaxSubAuthorities + 3 || parts[0] is not ("S" or "s") || parts[1] != "1" || Authority(parts[2]) is not { } authority)
            return null;
        var written = authority <= uint.MaxValue
            ? authority.ToString(CultureInfo.InvariantCulture)
            : "0x" + authority.ToString("X12", CultureInfo.InvariantCulture);
        var subAuthorities = new string[parts.Length - 3];
        for (var i = 0; i < subAuthorities.Length; i++)
        {
            if (!uint.TryParse(parts[i + 3], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return null;
            subAuthorities[i] = number.ToString(CultureInfo.InvariantCulture);
        }

        return string.Join('-', (string[])["S", "1", written, .. subAuthorities]);
    }

    private static ulong? Authority(string text)
    {
        var isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return ulong.TryParse(isHex ? text[2..] : text, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var authority)
            && authority <= MaxAuthority ? authority : null;
    }
}
