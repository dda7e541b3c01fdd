using System.Globalization;
using System.Text;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>Encodings by Windows code page number, those the framework leaves to a provider included.</summary>
internal static class CodePages
{
    static CodePages() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>The encoding, or null when the number means none. Undecodable bytes become U+FFFD.</summary>
    internal static Encoding? Find(int codePage)
    {
        try
        {
            return codePage is 0 or 42 ? null : Encoding.GetEncoding(codePage);
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>The encoding of a MIME or HTML charset name, or null when it is unknown.</summary>
    internal static Encoding? Find(string name)
    {
        try
        {
            return name.Trim().Trim('"', '\'').ToLower(CultureInfo.InvariantCulture) is { Length: > 0 } known ? Encoding.GetEncoding(known) : null;
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
