namespace ScaiDrive.Search.Query.Context;

/// <summary>A chunk that was ranked, with its text as the database holds it.</summary>
internal sealed record FoundChunk(
    string FileId, int Index, int Page, int LastPage, string? Section, string Text, int OverlapLength, string Hash, double Score);

/// <summary>Chunks of one file that follow one another, as one text.</summary>
/// <param name="Chunks">In order, at least one.</param>
/// <param name="OtherFileIds">Files that say the same.</param>
internal sealed record Passage(IReadOnlyList<FoundChunk> Chunks, IReadOnlyList<string> OtherFileIds)
{
    internal string FileId => Chunks[0].FileId;

    internal double Score => Chunks.Max(chunk => chunk.Score);

    /// <summary>The text without what chunks repeat of one another.</summary>
    internal string Text
    {
        get
        {
            var text = Chunks[0].Text;
            foreach (var (before, chunk) in Chunks.Zip(Chunks.Skip(1)))
            {
                var separator = chunk.Page != before.LastPage || chunk.Section != before.Section ? "\n" : " ";
                text += separator + chunk.Text[Math.Min(chunk.OverlapLength, chunk.Text.Length)..].TrimStart();
            }

            return text;
        }
    }
}
