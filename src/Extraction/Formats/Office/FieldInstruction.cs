namespace ScaiDrive.Extraction.Formats.Office;

/// <summary>What a field of a Word document says in its instruction beside its result: where it leads, and what it draws (ECMA-376 part 1, 17.16.5).</summary>
internal static class FieldInstruction
{
    private const int MaxWords = 64;

    /// <summary>Addresses and file names that the field leads to, and tips shown over it.</summary>
    internal static IEnumerable<string> Targets(string instruction)
    {
        var words = Words(instruction);
        if (words.Count < 2)
            return [];
        return words[0].ToUpperInvariant() switch
        {
            "HYPERLINK" => [.. Arguments(words, 1, "\\l", "\\o", "\\t", "\\s"), .. Switch(words, "\\o")],
            "INCLUDEPICTURE" or "INCLUDETEXT" or "INCLUDE" or "IMPORT" or "RD" => Arguments(words, 1, "\\c", "\\n", "\\t", "\\x"),
            "LINK" or "DDE" or "DDEAUTO" => Arguments(words, 2, "\\f"),
            _ => [],
        };
    }

    /// <summary>What the field shows although it has no result; null for fields that have one.</summary>
    internal static string? Shown(string instruction)
    {
        var trimmed = instruction.Trim();
        return trimmed.StartsWith("EQ ", StringComparison.OrdinalIgnoreCase) ? trimmed[3..].Trim()
            : trimmed.StartsWith("MACROBUTTON ", StringComparison.OrdinalIgnoreCase) || trimmed.StartsWith("GOTOBUTTON ", StringComparison.OrdinalIgnoreCase)
                ? trimmed.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries) is [_, _, var text] ? text : null
            : null;
    }

    // The first plain argument from a position on; switches named here take the word after them along.
    private static List<string> Arguments(List<string> words, int from, params ReadOnlySpan<string> withArgument)
    {
        for (var i = from; i < words.Count; i++)
        {
            if (!words[i].StartsWith('\\') || words[i].Length > 2)
                return [words[i]];
            if (withArgument.Contains(words[i].ToLowerInvariant()))
                i++;
        }
        return [];
    }

    private static List<string> Switch(List<string> words, string name)
    {
        var at = words.FindIndex(word => word.Equals(name, StringComparison.OrdinalIgnoreCase));
        return at >= 0 && at + 1 < words.Count ? [words[at + 1]] : [];
    }

    // Words are parted by spaces outside quotes. Inside quotes a backslash stands for the character after it, and is often written once where two are right.
    private static List<string> Words(string instruction)
    {
        var words = new List<string>();
        for (var at = 0; at < instruction.Length && words.Count < MaxWords;)
        {
            var character = instruction[at];
            if (char.IsWhiteSpace(character))
            {
                at++;
                continue;
            }
            var quoted = IsQuote(character);
            var end = ++at - (quoted ? 0 : 1);
            while (end < instruction.Length && (quoted ? !IsQuote(instruction[end]) : !char.IsWhiteSpace(instruction[end])))
                end++;
            var start = quoted ? at : at - 1;
            words.Add(instruction[start..end].Replace(@"\\", @"\", StringComparison.Ordinal));
            at = quoted ? end + 1 : end;
        }
        return words;

        static bool IsQuote(char character) => character is '"' or '\u201C' or '\u201D';
    }
}
