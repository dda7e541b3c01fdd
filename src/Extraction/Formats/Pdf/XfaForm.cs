using System.Text;
using System.Xml;
using System.Xml.Linq;
using ScaiDrive.Extraction.Formats.Pdf.Objects;

namespace ScaiDrive.Extraction.Formats.Pdf;

/// <summary>A thing a form shows; either may be empty.</summary>
internal sealed record XfaLine(string Caption, string Value)
{
    public override string ToString() => Caption.Length == 0 ? Value : Value.Length == 0 ? Caption : $"{Caption.TrimEnd(':')}: {Value}";
}

/// <summary>A form of the XML Forms Architecture (XFA 3.3): captions and fixed text of its template, each field with the value its data have.</summary>
internal static class XfaForm
{
    private const int MostBytes = 16 << 20;

    /// <summary>A line for each thing the form shows, in the order of its template; then values that no field shows.</summary>
    /// <param name="file">The document.</param>
    /// <param name="packets">One stream, or an array of names and streams that together are one XML document (XFA 3.3, chapter 2).</param>
    internal static List<XfaLine> Read(PdfFile file, object packets)
    {
        var lines = new List<XfaLine>();
        if (Load(file, packets) is not { } form)
            return lines;
        var values = new Dictionary<string, Queue<string>>();
        foreach (var leaf in Leaves(Find(form, "data", "/xfa-data/")))
        {
            if (!values.TryGetValue(leaf.Name.LocalName, out var queue))
                values[leaf.Name.LocalName] = queue = new();
            queue.Enqueue(leaf.Value.Trim());
        }
        foreach (var element in Find(form, "template", "/xfa-template/")?.Descendants() ?? [])
        {
            var line = element.Name.LocalName switch
            {
                "draw" => new("", Shown(Child(element, "value"))),
                "exclGroup" => new(Shown(Child(element, "caption")), ""),
                "field" => Field(element, values),
                _ => new XfaLine("", ""),
            };
            if (line.Caption.Length > 0 || line.Value.Length > 0)
                lines.Add(line);
        }
        lines.AddRange(from entry in values from value in entry.Value select new XfaLine(entry.Key, value));
        return lines;
    }

    private static XDocument? Load(PdfFile file, object packets)
    {
        using var whole = new MemoryStream();
        foreach (var item in packets as PdfArray ?? [packets])
        {
            if (file.Resolve(item) is PdfStream stream && file.ReadStream(stream, MostBytes) is { } bytes && whole.Length + bytes.Length <= MostBytes)
                whole.Write(bytes);
        }
        whole.Position = 0;
        try
        {
            using var reader = XmlReader.Create(whole, SafeXml.Settings(file.Limits));
            return XDocument.Load(reader);
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static XElement? Find(XDocument form, string name, string space) =>
        form.Descendants().FirstOrDefault(element => element.Name.LocalName == name && element.Name.NamespaceName.Contains(space, StringComparison.Ordinal));

    private static IEnumerable<XElement> Leaves(XElement? data) =>
        (data?.Descendants() ?? []).Where(static element => !element.HasElements && !string.IsNullOrWhiteSpace(element.Value));

    private static XElement? Child(XElement element, string name) => element.Elements().FirstOrDefault(child => child.Name.LocalName == name);

    private static XfaLine Field(XElement field, Dictionary<string, Queue<string>> values)
    {
        var caption = Shown(Child(field, "caption"));
        if (caption.Length == 0)
            caption = Shown(Child(field, "assist")?.Elements().FirstOrDefault(static hint => hint.Name.LocalName == "toolTip"));
        var value = field.Attribute("name")?.Value is { } name && values.TryGetValue(name, out var queue) && queue.TryDequeue(out var filled)
            ? filled : Shown(Child(field, "value"));
        return new(caption, value);
    }

    // Plain text, or XHTML whose paragraphs are lines.
    private static string Shown(XElement? element)
    {
        var text = new StringBuilder();
        foreach (var node in element?.DescendantNodes() ?? [])
        {
            if (node is XText piece)
                text.Append(piece.Value);
            else if (node is XElement { Name.LocalName: "p" or "br" or "div" or "li" or "text" })
                text.Append('\n');
        }
        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
