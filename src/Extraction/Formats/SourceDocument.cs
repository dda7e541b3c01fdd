using ScaiDrive.Extraction.Formats;

namespace ScaiDrive.Extraction;

/// <summary>A file, or one part of it, in the child's private folder, and what reading it may cost.</summary>
/// <param name="Path">The content.</param>
/// <param name="Folder">May hold further temporary files; emptied after each file.</param>
/// <param name="FileName">Name as stored; a part's path inside its file.</param>
/// <param name="Limits">What this file may cost.</param>
internal sealed record SourceDocument(string Path, string Folder, string FileName, ExtractionLimits Limits)
{
    /// <summary>0 for the file itself, 1 for a member of an archive or an attachment, 2 for one inside that.</summary>
    internal int Depth { get; init; }

    /// <summary>When the document is a storage inside a compound file: the names that lead to it. Empty otherwise.</summary>
    internal IReadOnlyList<string> Storage { get; init; } = [];

    /// <summary>What was unpacked so far, shared by the file and all its parts.</summary>
    internal Expansion Expansion { get; init; } = new(new FileInfo(Path).Length, Limits);

    internal long Length => new FileInfo(Path).Length;

    /// <summary>True for a ZIP archive, whatever its members make of it.</summary>
    internal bool IsArchive => Head(4) is [(byte)'P', (byte)'K', 3, 4] or [(byte)'P', (byte)'K', 5, 6];

    /// <summary>What of this document could not be read although the rest could; null when it is whole.</summary>
    internal string? Damage { get; private set; }

    /// <summary>Remembers that a region was skipped. The rest stays searchable; without any text the document ends as corrupt.</summary>
    internal void NoteDamage(string what) => Damage ??= what;

    internal FileStream Open() => new(Path, FileMode.Open, FileAccess.Read, FileShare.Read, 64 * 1024, FileOptions.SequentialScan);

    internal byte[] Head(int count)
    {
        using var file = Open();
        var head = new byte[(int)Math.Min(count, file.Length)];
        file.ReadExactly(head);
        return head;
    }

    /// <summary>The whole content, for readers that need it in memory.</summary>
    /// <exception cref="UnreadableDocumentException">With <c>too_large</c> above <paramref name="most"/>.</exception>
    internal byte[] ReadAll(long most) => Length <= most
        ? Head((int)most)
        : throw new UnreadableDocumentException(ReasonCodes.TooLarge, $"Content of this type is read up to {most >> 20} MiB.");
}

/// <summary>Counts the bytes that come out of a file, whatever packs them and however often: the guard against decompression bombs.</summary>
internal sealed class Expansion(long packedBytes, ExtractionLimits limits)
{
    // Small files may expand a lot: sheets of zeros are real. Below this nothing is harmed.
    private const long Floor = 64 << 20;

    private long _expanded;

    /// <exception cref="UnreadableDocumentException">With <c>expansion_limit</c>.</exception>
    internal void Count(long bytes)
    {
        _expanded += bytes;
        if (_expanded > limits.MaxExpandedBytes)
            throw new UnreadableDocumentException(ReasonCodes.ExpansionLimit, $"More than {limits.MaxExpandedBytes >> 20} MiB came out of {packedBytes} bytes.");
        if (_expanded > Floor && _expanded > packedBytes * limits.MaxExpansion)
            throw new UnreadableDocumentException(ReasonCodes.ExpansionLimit, $"More than {limits.MaxExpansion:0} times its size came out of the file.");
    }

    /// <summary>The stream with every byte read from it counted.</summary>
    internal Stream Counting(Stream unpacked) => new CountingStream(this, unpacked);

    private sealed class CountingStream(Expansion expansion, Stream inner) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            expansion.Count(read);
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
