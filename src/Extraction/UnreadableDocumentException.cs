namespace ScaiDrive.Extraction;

/// <summary>A document cannot be read, and reading it again will not help. Lives inside a child; callers of the pool see its code as a status.</summary>
internal sealed class UnreadableDocumentException : Exception
{
    internal UnreadableDocumentException(string code, string detail, string? mimeType = null)
        : base($"{code}: {detail}") => (Code, Detail, MimeType) = (code, detail, mimeType);

    /// <summary>One of <see cref="ReasonCodes"/>.</summary>
    internal string Code { get; }

    /// <summary>One sentence for people.</summary>
    internal string Detail { get; }

    /// <summary>The type, when it was found before the fault.</summary>
    internal string? MimeType { get; }
}
