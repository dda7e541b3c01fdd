namespace ScaiDrive.Extraction.Formats.Pdf.Objects;

/// <summary>Looks at parts of a file of any size through one window; a small file is read once.</summary>
internal sealed class PdfBytes(SourceDocument document) : IDisposable
{
    private const int Window = 1 << 20;

    private readonly FileStream _file = new(document.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.RandomAccess);
    private byte[] _window = [];
    private long _start;
    private int _length;

    internal long Length { get; } = document.Length;

    /// <summary>Bytes from an offset on, fewer at the end of the file. Valid until the next call.</summary>
    internal ReadOnlySpan<byte> Slice(long offset, int count)
    {
        if (offset < 0 || offset >= Length)
            return [];
        count = (int)Math.Min(count, Length - offset);
        if (offset < _start || offset + count > _start + _length)
            Fill(offset, count);
        return _window.AsSpan((int)(offset - _start), Math.Min(count, _length - (int)(offset - _start)));
    }

    private void Fill(long offset, int count)
    {
        // Some bytes before as well: objects are visited up and down.
        var start = count >= Window ? offset : Math.Max(0, Math.Min(offset - Window / 4, Length - Window));
        var size = (int)Math.Min(Length - start, Math.Max(Window, offset - start + count));
        if (_window.Length < size)
            _window = new byte[size];
        var read = 0;
        while (read < size && RandomAccess.Read(_file.SafeFileHandle, _window.AsSpan(read, size - read), start + read) is > 0 and var more)
            read += more;
        (_start, _length) = (start, read);
        if (offset - start > read)
            (_start, _length) = (offset, 0);
    }

    public void Dispose() => _file.Dispose();
}
