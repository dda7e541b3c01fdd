using System.Text;
using ScaiDrive.Extraction.Formats.Pdf.Objects;

namespace ScaiDrive.Extraction.Formats.Pdf;

/// <summary>Names and what they stand for (ISO 32000-2, section 7.9.6), in order.</summary>
internal static class NameTree
{
    private const int MostNodes = 100_000;

    internal static IEnumerable<(PdfString Name, object? Value)> Read(PdfFile file, PdfDictionary? root)
    {
        var waiting = new Stack<PdfDictionary>();
        if (root is not null)
            waiting.Push(root);
        var seen = new HashSet<PdfDictionary>(ReferenceEqualityComparer.Instance);
        while (seen.Count < MostNodes && waiting.TryPop(out var node))
        {
            if (!seen.Add(node))
                continue;
            var names = file.Array(node, "Names") ?? [];
            for (var i = 0; i + 1 < names.Count; i += 2)
            {
                if (file.Resolve(names[i]) is PdfString name)
                    yield return (name, names[i + 1]);
            }
            foreach (var kid in (file.Array(node, "Kids") ?? []).AsEnumerable().Reverse())
            {
                if (file.Resolve(kid) is PdfDictionary child)
                    waiting.Push(child);
            }
        }
    }

    /// <summary>The bytes of a name as a key.</summary>
    internal static string Key(PdfString name) => Encoding.Latin1.GetString(name.Bytes);
}
