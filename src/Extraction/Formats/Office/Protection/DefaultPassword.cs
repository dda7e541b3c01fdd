namespace ScaiDrive.Extraction.Formats.Office.Protection;

/// <summary>The one password that is tried: documents of all generations may be encrypted with it.</summary>
/// <remarks>
/// <see cref="Rc4Encryption"/> reads the headers of the binary formats (XLS, DOC, PPT) and gives the key stream of each block;
/// <see cref="XorObfuscation"/> is the oldest method of XLS; <see cref="EncryptedPackageReader"/> serves the package formats (DOCX, XLSX, PPTX).
/// </remarks>
internal static class DefaultPassword
{
    /// <summary>What spreadsheet programs encrypt with when a document is only protected against changes ([MS-OFFCRYPTO] 2.4.2.3); they open such a document without asking.</summary>
    internal const string Value = "VelvetSweatshop";
}
