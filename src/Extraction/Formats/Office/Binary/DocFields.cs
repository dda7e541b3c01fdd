using System.Text;

namespace ScaiDrive.Extraction.Formats.Office.Binary;

/// <summary>Follows the fields in a text: instructions are told apart from results, and say where fields lead.</summary>
internal sealed class DocFields
{
    private const int MaxOpen = 64, MaxInstruction = 8192;

    private readonly Stack<StringBuilder?> _open = new();

    /// <summary>True inside the instruction of a form field.</summary>
    internal bool IsForm => _open.TryPeek(out var instruction) && instruction is not null && instruction.ToString().Contains("FORM", StringComparison.OrdinalIgnoreCase);

    internal void Begin()
    {
        if (_open.Count < MaxOpen)
            _open.Push(new());
    }

    /// <summary>The instruction ends, the result begins.</summary>
    internal void Separate(WordParagraph paragraph)
    {
        if (!_open.TryPop(out var instruction))
            return;
        Tell(instruction, paragraph);
        _open.Push(null);
    }

    internal void End(WordParagraph paragraph)
    {
        if (_open.TryPop(out var instruction))
            Tell(instruction, paragraph);
    }

    /// <summary>Fields that the text leaves open were none: what was taken for instructions is text.</summary>
    internal void EndAll(WordParagraph paragraph)
    {
        foreach (var instruction in _open.Reverse())
            paragraph.Text.Append(instruction?.ToString());
        _open.Clear();
    }

    /// <summary>Takes a character of an instruction; false when it is text.</summary>
    internal bool Takes(char character, WordParagraph paragraph)
    {
        if (!_open.TryPeek(out var instruction) || instruction is null)
            return false;
        instruction.Append(character);
        // No instruction is that long: the field was never closed.
        if (instruction.Length > MaxInstruction)
            EndAll(paragraph);
        return true;
    }

    private static void Tell(StringBuilder? instruction, WordParagraph paragraph)
    {
        if (instruction is null)
            return;
        var text = instruction.ToString();
        foreach (var target in FieldInstruction.Targets(text))
            paragraph.AddTarget(target);
        if (FieldInstruction.Shown(text) is { } shown)
            paragraph.Text.Append(shown);
    }
}
