using System.Text;
using ScaiDrive.Search.Query.Languages;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>A text as it is sent: index terms separated by spaces, the same that the local index compares.</summary>
/// <param name="Tokens">Every term, as often as it stands there.</param>
/// <param name="Pairs">Each two terms that follow each other, once: Weaviate knows no positions, so phrases are found by these.</param>
/// <param name="Forms">Each word as written, once: what is looked through for the beginning of a word.</param>
internal sealed record IndexedWords(string Tokens, string Pairs, string Forms)
{
    /// <summary>Joins two terms into one that stands for their sequence; no term contains it.</summary>
    internal const char Then = '_';

    internal static IndexedWords OfName(string name, string? language, TextStems stems) => Of(stems.InName(name, language));

    /// <summary>The text of a file; what chunks repeat of the one before counts once.</summary>
    internal static IndexedWords OfContent(FeedContent content, TextStems stems) => Of(content.Chunks.SelectMany(chunk =>
        stems.In(chunk.Text, content.Language).Where(term => term.Start >= chunk.OverlapLength)));

    internal static string Sequence(string first, string second) => first + Then + second;

    private static IndexedWords Of(IEnumerable<TextTerm> terms)
    {
        var tokens = new StringBuilder();
        var pairs = new HashSet<string>(StringComparer.Ordinal);
        var forms = new HashSet<string>(StringComparer.Ordinal);
        string? last = null;
        foreach (var term in terms.Where(term => term.Term.Length > 0))
        {
            if (last is not null)
            {
                tokens.Append(' ');
                pairs.Add(Sequence(last, term.Term));
            }

            tokens.Append(term.Term);
            if (term.Form.Length > 0)
                forms.Add(term.Form);
            last = term.Term;
        }

        return new(tokens.ToString(), string.Join(' ', pairs), string.Join(' ', forms));
    }
}
