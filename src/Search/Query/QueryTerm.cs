namespace ScaiDrive.Search.Query;

/// <summary>One thing a query asks for: a word, a phrase, or the beginning of a word.</summary>
/// <param name="Alternatives">What satisfies it, any of them: index terms that follow each other. Never empty, nor is any of them.</param>
/// <param name="Form">The word as typed, lower case, without diacritics; of a phrase its words with spaces.</param>
/// <param name="IsPrefix">Whether the last index term stands for all words that begin so.</param>
/// <param name="IsPhrase">Asked for in quotes, so never left out.</param>
internal sealed record QueryTerm(IReadOnlyList<IReadOnlyList<string>> Alternatives, string Form, bool IsPrefix, bool IsPhrase)
{
    /// <summary>Whether every alternative is one index term, so that no order of words has to be looked at.</summary>
    internal bool IsPlain => Alternatives.All(alternative => alternative.Count == 1);

    /// <summary>As an FTS5 expression. Index terms are letters and digits, so that it cannot be a syntax error.</summary>
    internal string Expression => Alternatives.Count == 1 ? ExpressionOf(Alternatives[0]) : $"({string.Join(" OR ", Alternatives.Select(ExpressionOf))})";

    /// <summary>One alternative as an FTS5 expression.</summary>
    internal string ExpressionOf(IReadOnlyList<string> alternative) => $"\"{string.Join(' ', alternative)}\"{(IsPrefix ? " *" : "")}";
}
