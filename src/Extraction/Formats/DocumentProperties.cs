using System.Globalization;

namespace ScaiDrive.Extraction.Formats;

/// <summary>What a document says about itself. Title, subject, keywords and description are words people search for, so those that no page shows become text.</summary>
internal sealed class DocumentProperties
{
    private const int MaxWords = 1000;

    private readonly List<string> _words = [];

    private DocumentMetadata _metadata = DocumentMetadata.None;
    private string? _lastAuthor;

    internal DocumentMetadata Metadata => _metadata with { Author = _metadata.Author ?? _lastAuthor };

    internal void SetTitle(string? title)
    {
        if (Known(title) is not { } known)
            return;
        _metadata = _metadata with { Title = _metadata.Title ?? known };
        AddWords(known);
    }

    internal void SetAuthor(string? author) => _metadata = _metadata with { Author = _metadata.Author ?? Known(author) };

    /// <summary>Who saved it last: the author, when nobody else is named.</summary>
    internal void SetLastAuthor(string? author) => _lastAuthor ??= Known(author);

    internal void SetLanguage(string? language) => _metadata = _metadata with { Language = _metadata.Language ?? Known(language) };

    internal void SetCreated(string? date) => _metadata = _metadata with { CreatedAt = _metadata.CreatedAt ?? Date(date) };

    internal void SetModified(string? date) => _metadata = _metadata with { ModifiedAt = _metadata.ModifiedAt ?? Date(date) };

    internal void SetPageCount(string? count)
    {
        if (int.TryParse(count, CultureInfo.InvariantCulture, out var pages) && pages > 0)
            _metadata = _metadata with { PageCount = pages };
    }

    /// <summary>Subject, keywords, description and the like.</summary>
    internal void AddWords(string? words)
    {
        if (_words.Count < MaxWords && Known(words) is { } known && !_words.Contains(known))
            _words.Add(known);
    }

    /// <summary>Appends what the page does not say already, a line each.</summary>
    internal void AppendTo(PageText page)
    {
        if (_words.Count == 0)
            return;
        var shown = page.ToString();
        foreach (var words in _words)
        {
            if (!shown.Contains(words, StringComparison.OrdinalIgnoreCase))
                page.AppendLine(words);
        }
    }

    private static string? Known(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static DateTimeOffset? Date(string? value) =>
        DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var date) ? date : null;
}
