using System.Xml;

namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>A paragraph while it is read.</summary>
internal sealed class WordParagraph
{
    internal PageText Text { get; } = new();

    /// <summary>Text that a tracked change has taken out; shown struck through, so it is read after the paragraph and tears nothing apart.</summary>
    internal PageText Deleted { get; } = new();

    /// <summary>What stands beside the text: text boxes, link targets, alternative texts.</summary>
    internal List<string> Asides { get; } = [];

    internal string? Style { get; set; }

    internal int? Level { get; set; }

    internal string? List { get; set; }

    internal int? ListLevel { get; set; }

    internal void AddAside(string? text)
    {
        // The same description stands at the frame of a picture and at the picture.
        if (!string.IsNullOrWhiteSpace(text) && (Asides.Count == 0 || Asides[^1] != text))
            Asides.Add(text);
    }

    /// <summary>Ends the paragraph: a line, and one for each thing beside it.</summary>
    internal void AppendTo(PageText page, string label, int? headingLevel)
    {
        AddAside(Deleted.ToString());
        var (start, text) = (page.Length, Text.ToString());
        page.Append(label).Append(text);
        if (headingLevel is { } level && text.Length > 0)
            page.MarkHeading(start, level);
        foreach (var aside in Asides)
            page.AppendLine(aside);
        page.EndLine();
    }

    internal void AddTarget(string? target)
    {
        if (!string.IsNullOrWhiteSpace(target) && !target.StartsWith('#') && !(Asides.Count < 1000 && Asides.Contains(target)))
            Asides.Add(target);
    }
}

/// <summary>Follows the fields of a story, whose instructions are spread over runs, and reads form fields.</summary>
internal sealed class WordFields
{
    private const int MaxOpen = 64, MaxInstruction = 8192;

    private readonly Stack<PageText> _instructions = new();
    private readonly List<string> _entries = [];
    private int _selected;

    /// <summary>Looks at an element; false when it is none of a field.</summary>
    internal bool Enter(XmlReader reader, WordParagraph paragraph, ExtractionLimits limits)
    {
        switch (reader.LocalName)
        {
            case "fldChar":
                Mark(OfficeXml.Attribute(reader, "fldCharType"), paragraph);
                return true;
            case "instrText" or "delInstrText":
                var instruction = _instructions.TryPeek(out var open) && open.Length < MaxInstruction ? open : new();
                OfficeXml.AppendContent(reader, instruction, limits);
                if (!ReferenceEquals(instruction, open))
                    Tell(instruction.ToString(), paragraph);
                return true;
            case "fldSimple":
                Tell(OfficeXml.Attribute(reader, "instr") ?? "", paragraph);
                return true;
            case "ddList":
                _selected = 0;
                _entries.Clear();
                return true;
            case "result":
                _selected = OfficeXml.Number(reader) ?? 0;
                return true;
            case "listEntry":
                _entries.Add(OfficeXml.Value(reader) ?? "");
                return true;
            case "checkBox":
                _box = "☐";
                return true;
            case "checked" or "default" when _box is not null:
                _box = OfficeXml.IsOn(reader) ? "☒" : "☐";
                return true;
            default:
                return false;
        }
    }

    private string? _box;

    private void Mark(string? kind, WordParagraph paragraph)
    {
        if (kind == "begin")
        {
            if (_instructions.Count < MaxOpen)
                _instructions.Push(new());
        }
        else if (kind is "separate" or "end")
        {
            // At the end of a field with a result, the instruction has been told at its separator.
            if (_instructions.TryPeek(out var instruction) && instruction.Length > 0)
                Tell(instruction.ToString(), paragraph);
            instruction?.Clear();
            if (kind == "end")
                _instructions.TryPop(out _);
        }
    }

    private void Tell(string instruction, WordParagraph paragraph)
    {
        foreach (var target in FieldInstruction.Targets(instruction))
            paragraph.AddTarget(target);
        var shown = FieldInstruction.Shown(instruction);
        if (instruction.Contains("FORMDROPDOWN", StringComparison.OrdinalIgnoreCase))
            shown = _selected >= 0 && _selected < _entries.Count ? _entries[_selected] : null;
        if (instruction.Contains("FORMCHECKBOX", StringComparison.OrdinalIgnoreCase))
            (shown, _box) = (_box, null);
        if (shown is not null)
            paragraph.Text.Append(shown);
    }
}

/// <summary>Writes formulas on one line: fractions with a stroke, delimiters and operators that stand in attributes (ECMA-376 part 1, 22.1).</summary>
internal sealed class WordFormula
{
    private const int MaxOpen = 256;

    private readonly Stack<(string Begin, string End, bool Begun)> _delimiters = new();

    /// <summary>Looks at an element; false when it is none of a formula.</summary>
    internal bool Enter(XmlReader reader, PageText text)
    {
        if (!IsMath(reader))
            return false;
        switch (reader.LocalName)
        {
            case "d" when !reader.IsEmptyElement && _delimiters.Count < MaxOpen:
                _delimiters.Push(("(", ")", false));
                break;
            case "begChr" when _delimiters.TryPop(out var open):
                _delimiters.Push(open with { Begin = OfficeXml.Value(reader) ?? "" });
                break;
            case "endChr" when _delimiters.TryPop(out var open):
                _delimiters.Push(open with { End = OfficeXml.Value(reader) ?? "" });
                break;
            case "e" when _delimiters.TryPeek(out var open) && !open.Begun:
                _delimiters.Push(_delimiters.Pop() with { Begun = true });
                text.Append(open.Begin);
                break;
            case "den":
                text.Append("/");
                break;
            case "chr":
                text.Append(OfficeXml.Value(reader));
                break;
        }
        return true;
    }

    /// <summary>Looks at the end of an element.</summary>
    internal void Leave(XmlReader reader, PageText text)
    {
        if (IsMath(reader) && reader.LocalName == "d" && _delimiters.TryPop(out var open))
            text.Append(open.End);
    }

    private static bool IsMath(XmlReader reader) => reader.NamespaceURI.EndsWith("/math", StringComparison.Ordinal);
}
