using ScaiDrive.Extraction.Formats.Pdf.Objects;

namespace ScaiDrive.Extraction.Formats.Pdf;

/// <summary>Fields of a form with label and value (ISO 32000-2, section 12.7), each where its first widget stands.</summary>
internal sealed class FormFields(PdfFile file)
{
    private const int PushButton = 1 << 16;
    private const int MaxDepth = 50;
    private const int MostFields = 100_000;

    private static readonly string[] SignatureKeys = ["Name", "Reason", "Location", "ContactInfo"];

    private readonly HashSet<PdfDictionary> _read = new(ReferenceEqualityComparer.Instance);

    /// <summary>The packets of an XFA form, or null.</summary>
    internal object? Xfa => file.Get(file.Dictionary(file.Catalog, "AcroForm"), "XFA");

    /// <summary>The field of a widget, unless another widget showed it.</summary>
    internal void Read(PdfDictionary widget, List<string> lines)
    {
        if (!_read.Add(FieldOf(widget)))
            return;
        var flags = (int)Math.Clamp(Inherited(widget, "Ff") as double? ?? 0, 0, int.MaxValue);
        var value = (Inherited(widget, "FT") as PdfName)?.Value switch
        {
            "Btn" when (flags & PushButton) != 0 => file.Text(file.Dictionary(widget, "MK"), "CA"),
            "Btn" => ButtonState(widget),
            "Ch" => Chosen(widget),
            "Sig" => Signature(Inherited(widget, "V") as PdfDictionary),
            _ => file.AsText(Inherited(widget, "V")) ?? (file.AsText(Inherited(widget, "RV")) is { } rich ? TagStripper.Strip(rich) : null),
        };
        var label = file.AsText(Inherited(widget, "TU"))?.Trim();
        var name = file.AsText(Inherited(widget, "T"))?.Trim();
        if (value is not null)
            lines.Add(string.Join(' ', [.. Labels(label, name), value.Trim()]));
        else if (label is not null)
            lines.Add(label);
    }

    // What people are told when they point at the field, and its name when that says something else.
    private static string[] Labels(string? label, string? name) =>
        label is null ? name is null ? [] : [name + ":"]
        : name is null || Letters(name) == Letters(label) ? [label.TrimEnd(':') + ":"]
        : [label, name + ":"];

    // Forms made of XFA number their names: Street[0].
    private static string Letters(string name)
    {
        var end = name.EndsWith(']') ? name.LastIndexOf('[') : -1;
        return string.Concat((end > 0 ? name[..end] : name).Where(char.IsLetterOrDigit)).ToUpperInvariant();
    }

    /// <summary>Fields that no page showed.</summary>
    internal List<string> ReadRest()
    {
        var lines = new List<string>();
        var waiting = new Stack<PdfDictionary>();
        Push(file.Array(file.Dictionary(file.Catalog, "AcroForm"), "Fields"));
        var seen = new HashSet<PdfDictionary>(ReferenceEqualityComparer.Instance);
        while (seen.Count < MostFields && waiting.TryPop(out var field))
        {
            if (!seen.Add(field))
                continue;
            if (file.Array(field, "Kids") is { Count: > 0 } kids && kids.Any(kid => file.Resolve(kid) is PdfDictionary child && child.ContainsKey("T")))
                Push(kids);
            else
                Read(field, lines);
        }
        return lines;

        void Push(PdfArray? fields)
        {
            foreach (var field in (fields ?? []).AsEnumerable().Reverse())
            {
                if (file.Resolve(field) is PdfDictionary dictionary)
                    waiting.Push(dictionary);
            }
        }
    }

    // The nearest ancestor with a name of its own is the field; what is below are its widgets.
    private PdfDictionary FieldOf(PdfDictionary widget)
    {
        var field = widget;
        for (var depth = 0; depth < MaxDepth && !field.ContainsKey("T") && file.Dictionary(field, "Parent") is { } parent; depth++)
            field = parent;
        return field;
    }

    private object? Inherited(PdfDictionary? widget, string key)
    {
        for (var depth = 0; depth < MaxDepth && widget is not null; depth++)
        {
            if (file.Get(widget, key) is { } value)
                return value;
            widget = file.Dictionary(widget, "Parent");
        }
        return null;
    }

    // The state that is on; radio buttons and boxes that share a name say their export values in Opt (section 12.7.5.2.3).
    private string? ButtonState(PdfDictionary widget)
    {
        var state = Inherited(widget, "V") switch
        {
            PdfName name => name.Value,
            PdfString text => PdfText.Decode(text.Bytes),
            _ => file.Name(widget, "AS"),
        };
        if (string.IsNullOrWhiteSpace(state) || state == "Off")
            return null;
        return Inherited(widget, "Opt") is PdfArray options && int.TryParse(state, System.Globalization.CultureInfo.InvariantCulture, out var index) && index >= 0 && index < options.Count
            ? file.AsText(options[index]) ?? state : state;
    }

    // An option is its text, or an array of export value and text (table 233).
    private string? Chosen(PdfDictionary widget)
    {
        List<string> values = Inherited(widget, "V") switch
        {
            PdfArray several => [.. several.Select(file.AsText).OfType<string>()],
            { } one when file.AsText(one) is { } text => [text],
            _ => [],
        };
        var shown = new Dictionary<string, string>();
        foreach (var option in Inherited(widget, "Opt") as PdfArray ?? [])
        {
            if (file.Resolve(option) is PdfArray { Count: >= 2 } pair && file.AsText(pair[0]) is { } key && file.AsText(pair[1]) is { } seen)
                shown.TryAdd(key, seen);
        }
        return values.Count == 0 ? null : string.Join(", ", values.Select(value => shown.GetValueOrDefault(value, value)));
    }

    private string? Signature(PdfDictionary? signature)
    {
        string[] said = [.. SignatureKeys.Select(key => file.Text(signature, key)).OfType<string>()];
        return said.Length > 0 ? string.Join(", ", said) : null;
    }
}
