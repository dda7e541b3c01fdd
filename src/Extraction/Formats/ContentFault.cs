namespace ScaiDrive.Extraction.Formats;

/// <summary>Tells what content does to a parser from what the machine does to it.</summary>
/// <remarks>Parsers of foreign formats throw whatever they like at damaged input, so every exception is the content's fault that is not known to be another's.</remarks>
internal static class ContentFault
{
    // ENOSPC, EFBIG, EDQUOT: .NET passes the number on as it is.
    private const int NoSpace = 28, FileTooBig = 27, OverQuota = 122;

    /// <summary>True when other content would have been read. An ending that already has its code is not judged again.</summary>
    internal static bool Is(Exception fault) => fault is not UnreadableDocumentException && !IsOfMachine(fault);

    /// <summary>True when the disk is full: another attempt may go well.</summary>
    internal static bool IsOfMachine(Exception fault) => fault is IOException { HResult: NoSpace or FileTooBig or OverQuota };

    /// <summary>The ending it leads to.</summary>
    internal static string CodeOf(Exception fault) => fault switch
    {
        OutOfMemoryException => ReasonCodes.OutOfMemory,
        NotImplementedException or NotSupportedException => ReasonCodes.UnsupportedType, // a decoder that knows of a feature, and does not have it
        _ => ReasonCodes.Corrupt,
    };
}
