namespace ScaiDrive.Extraction;

/// <summary>The file in the child's private folder, and what reading it may cost.</summary>
/// <param name="Path">The content.</param>
/// <param name="Folder">May hold further temporary files; emptied after each document.</param>
/// <param name="FileName">Name as stored.</param>
/// <param name="Limits">What this file may cost.</param>
internal sealed record SourceDocument(string Path, string Folder, string FileName, ExtractionLimits Limits)
{
    internal long Length => new FileInfo(Path).Length;

    internal FileStream Open() => new(Path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.SequentialScan);

    internal byte[] Head(int count)
    {
        using var file = Open();
        var head = new byte[(int)Math.Min(count, file.Length)];
        file.ReadExactly(head);
        return head;
    }
}
