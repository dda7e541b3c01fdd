using System.Text;
using ScaiDrive.Search.Query.Languages;

namespace ScaiDrive.Search.Index.Local;

/// <summary>The index terms of one file, as the full text and the memory of words take them.</summary>
internal sealed class FileWords(TextStems stems, string? language)
{
    private readonly Dictionary<string, int> _weights = new(StringComparer.Ordinal);
    private readonly HashSet<(string Form, string Term)> _forms = [];
    private readonly List<string> _chunks = [];
    private readonly StringBuilder _text = new();

    internal string? Language => language;

    /// <summary>Index terms in all.</summary>
    internal int Length { get; private set; }

    /// <summary>The terms of the name.</summary>
    internal string Name { get; private set; } = "";

    /// <summary>The terms of all chunks, without what they repeat.</summary>
    internal string Text => _text.ToString();

    /// <summary>By chunk: its terms, with what it repeats.</summary>
    internal IReadOnlyList<string> Chunks => _chunks;

    /// <summary>What each term weighs in this file.</summary>
    internal IReadOnlyDictionary<string, int> Weights => _weights;

    /// <summary>The words as written, and the terms they became.</summary>
    internal IReadOnlyCollection<(string Form, string Term)> Forms => _forms;

    internal void AddName(string name)
    {
        var terms = stems.InName(name, language).ToList();
        foreach (var term in terms)
            Count(term, WordWeights.InName);
        Name = string.Join(' ', terms.Select(term => term.Term));
    }

    internal void AddText(string text, int overlapLength)
    {
        var chunk = new StringBuilder(text.Length + 16);
        foreach (var term in stems.In(text, language))
        {
            chunk.Append(term.Term).Append(' ');
            if (term.Start < overlapLength)
                continue;
            _text.Append(term.Term).Append(' ');
            Count(term, WordWeights.InText);
        }

        _chunks.Add(chunk.ToString());
    }

    private void Count(TextTerm term, int weight)
    {
        Length++;
        _weights[term.Term] = _weights.GetValueOrDefault(term.Term) + weight;
        _forms.Add((term.Form, term.Term));
    }
}
