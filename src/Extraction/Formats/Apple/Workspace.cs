namespace ScaiDrive.Extraction.Formats.Apple;

/// <summary>Documents of Pages, Numbers and Keynote.</summary>
internal static class Workspace
{
    internal static string? FindType(PackageArchive archive) => archive.Has("index.apxl") ? ContentTypes.Keynote : null;
}
