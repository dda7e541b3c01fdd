namespace ScaiDrive.Extraction.Formats.OpenDocument;

/// <summary>Where a story comes from, and what its objects lead to.</summary>
/// <param name="Document">The file.</param>
/// <param name="Archive">Its parts; null for a flat file, which carries its objects inside.</param>
/// <param name="Folder">Folder of the present object inside the archive, empty or ending in a slash.</param>
internal sealed record OpenSource(SourceDocument Document, PackageArchive? Archive, string Folder)
{
    /// <summary>Objects inside each other, charts in a text for example.</summary>
    internal int Depth { get; init; }

    /// <summary>Embedded files, read after the document's own pages: name and either a part of the archive or a temporary file.</summary>
    internal List<(string Name, string Path)> Embedded { get; init; } = [];

    /// <summary>The archive's part an address inside the document means; null when it leads elsewhere.</summary>
    internal string? PartOf(string? address)
    {
        if (Archive is null || string.IsNullOrEmpty(address) || IsOutside(address))
            return null;
        var path = address.TrimStart('#');
        return Folder + (path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path).TrimEnd('/');
    }

    /// <summary>True for an address that leads out of the document and means something to people.</summary>
    internal static bool IsOutside(string address) =>
        address.Contains("://", StringComparison.Ordinal) || address.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase);
}
