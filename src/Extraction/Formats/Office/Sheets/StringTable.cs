using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Sheets;

/// <summary>The texts that cells of a workbook share. Large tables lie in a temporary file, so that memory stays flat.</summary>
internal sealed class StringTable(SourceDocument document) : IDisposable
{
    private const int MaxInMemory = 32 << 20;

    private readonly List<long> _ends = [];
    private readonly MemoryStream _near = new();
    private FileStream? _far;

    /// <summary>Adds the next text.</summary>
    internal void Add(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (_far is null && _near.Length + bytes.Length > MaxInMemory)
            MoveToFile();
        ((Stream?)_far ?? _near).Write(bytes);
        _ends.Add((_ends.Count > 0 ? _ends[^1] : 0) + bytes.Length);
    }

    /// <summary>A text by its number from 0; empty when there is none.</summary>
    internal string this[long index]
    {
        get
        {
            if (index < 0 || index >= _ends.Count)
                return "";
            var start = index == 0 ? 0 : _ends[(int)index - 1];
            var length = (int)(_ends[(int)index] - start);
            if (_far is null)
                return Encoding.UTF8.GetString(_near.GetBuffer(), (int)start, length);
            var bytes = new byte[length];
            _far.Flush();
            RandomAccess.Read(_far.SafeFileHandle, bytes, start);
            return Encoding.UTF8.GetString(bytes);
        }
    }

    private void MoveToFile()
    {
        _far = new(Path.Combine(document.Folder, $"strings-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        _near.WriteTo(_far);
        _near.SetLength(0);
        _near.Capacity = 0;
    }

    public void Dispose()
    {
        _far?.Dispose();
        _near.Dispose();
    }
}
