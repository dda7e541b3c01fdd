using System.Buffers.Text;
using System.Xml;

namespace ScaiDrive.Extraction.Formats;

/// <summary>Files that stand as base64 inside XML.</summary>
internal static class Base64Value
{
    /// <summary>Writes what is inside the present element into a temporary file, up to where it stops being base64. The reader ends on the element's end.</summary>
    /// <returns>The file, in the document's folder, which is emptied after each document.</returns>
    internal static string Save(XmlReader reader, SourceDocument document)
    {
        var path = Path.Combine(document.Folder, $"value-{Guid.NewGuid():N}");
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 64 * 1024);
        var (characters, digits, bytes) = (new char[8192], new byte[8192 + 4], new byte[8192]);
        var (kept, broken, depth) = (0, false, SafeXml.Enter(reader));
        while (SafeXml.ReadInside(reader, depth))
        {
            if (reader.NodeType is not (XmlNodeType.Text or XmlNodeType.CDATA))
                continue;
            while (reader.ReadValueChunk(characters, 0, characters.Length) is > 0 and var count)
            {
                if (broken)
                    continue;
                for (var i = 0; i < count; i++)
                {
                    if (char.IsAscii(characters[i]) && !char.IsWhiteSpace(characters[i]))
                        digits[kept++] = (byte)characters[i];
                }
                var whole = kept / 4 * 4;
                broken = Base64.DecodeFromUtf8(digits.AsSpan(0, whole), bytes, out var used, out var written) != System.Buffers.OperationStatus.Done;
                document.Expansion.Count(written);
                file.Write(bytes, 0, written);
                digits.AsSpan(used, kept - used).CopyTo(digits);
                kept = broken ? 0 : kept - used;
            }
        }
        return path;
    }
}
