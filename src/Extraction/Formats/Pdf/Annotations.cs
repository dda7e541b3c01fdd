using ScaiDrive.Extraction.Formats.Pdf.Objects;

namespace ScaiDrive.Extraction.Formats.Pdf;

/// <summary>What stands on a page beside its content: notes with their authors, fields with their values, targets of links (ISO 32000-2, section 12.5).</summary>
internal sealed class Annotations(PdfFile file, FormFields fields)
{
    private const int MostOnPage = 20_000;

    /// <summary>The annotations of a page that are dictionaries.</summary>
    internal static IEnumerable<PdfDictionary> Of(PdfFile file, PdfPage page) =>
        (file.Array(page.Dictionary, "Annots") ?? []).Take(MostOnPage).Select(file.Resolve).OfType<PdfDictionary>();

    /// <summary>A line for each thing they say, in their order.</summary>
    internal List<string> Read(PdfPage page)
    {
        var lines = new List<string>();
        foreach (var annotation in Of(file, page))
        {
            switch (file.Name(annotation, "Subtype"))
            {
                case "Widget":
                    fields.Read(annotation, lines);
                    break;
                case "Popup" when file.Dictionary(annotation, "Parent") is not null:
                    break; // shows what its parent says
                case "Link":
                    Add(lines, file.Text(annotation, "Contents"));
                    Add(lines, Target(file.Dictionary(annotation, "A") ?? file.Dictionary(annotation, "PA")));
                    break;
                default:
                    AddNote(annotation, lines);
                    break;
            }
        }
        return lines;
    }

    private void AddNote(PdfDictionary annotation, List<string> lines)
    {
        var contents = file.Text(annotation, "Contents") ?? (file.Text(annotation, "RC") is { } rich ? TagStripper.Strip(rich).Trim() : null);
        var subject = file.Text(annotation, "Subj");
        var author = file.Text(annotation, "T");
        Add(lines, Target(file.Dictionary(annotation, "A")));
        if (contents is null && subject is null)
        {
            if (file.Name(annotation, "Subtype") is "Stamp" or "FileAttachment" or "Text" or "Caret")
                Add(lines, author);
            return;
        }
        // Programs name the kind of mark as its subject: with a text beside it that says nothing.
        Add(lines, string.Join(": ", new[] { author, contents ?? subject }.OfType<string>()));
        if (contents is not null && subject is not null && !KindsOfMarks.Contains(subject))
            Add(lines, subject);
    }

    private static readonly HashSet<string> KindsOfMarks = new(StringComparer.OrdinalIgnoreCase)
    {
        "Comment", "Comment on Text", "Highlight", "Inserted Text", "Note", "Pencil", "Sticky Note", "Strikeout", "Strikethrough", "Text Box", "Typewritten Text", "Typewriter", "Underline",
    };

    // Section 12.6: an address, or a file outside.
    private string? Target(PdfDictionary? action) => file.Name(action, "S") switch
    {
        "URI" => file.Text(action, "URI"),
        "GoToR" or "Launch" or "GoToE" => file.Get(action, "F") switch
        {
            PdfString name => PdfText.Decode(name.Bytes),
            PdfDictionary specification => file.Text(specification, "UF") ?? file.Text(specification, "F"),
            _ => null,
        },
        _ => null,
    };

    private static void Add(List<string> lines, string? line)
    {
        if (!string.IsNullOrWhiteSpace(line))
            lines.Add(line.Trim());
    }
}
