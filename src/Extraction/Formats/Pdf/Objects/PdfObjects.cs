namespace ScaiDrive.Extraction.Formats.Pdf.Objects;

// The types of objects of ISO 32000-2, section 7.3. Numbers are double, booleans bool, the null object null.

internal sealed record PdfName(string Value);

internal sealed record PdfString(byte[] Bytes);

/// <summary>An operator of a content stream, or a word such as <c>obj</c>.</summary>
internal sealed record PdfKeyword(string Value);

internal readonly record struct PdfReference(int Number, int Generation);

internal sealed class PdfArray : List<object?>;

internal sealed class PdfDictionary : Dictionary<string, object?>;

/// <summary>A stream as it stands in the file.</summary>
/// <param name="Dictionary">Its dictionary.</param>
/// <param name="Start">Where its bytes start.</param>
/// <param name="Id">Its object; the key of its encryption.</param>
internal sealed record PdfStream(PdfDictionary Dictionary, long Start, PdfReference Id);
