using System.Collections.Concurrent;

namespace ScaiDrive.Search.Index.Local;

/// <summary>The index terms that were searched for lately, with their files. What is not here is read from the full text.</summary>
/// <remarks>
/// FTS5 computes a score for every file that has a word, at about a microsecond each; a common word has half of all files. From here
/// it is a few nanoseconds each, and no file is left out.
/// </remarks>
internal sealed class WordMemory
{
    /// <summary>Two to three bytes for each file of each term: about 50 million of them.</summary>
    private const long MostBytes = 128L << 20;

    private readonly ConcurrentDictionary<string, WordFiles> _terms = new(StringComparer.Ordinal);
    private readonly Lock _adding = new();
    private long _bytes;
    private long _uses;

    /// <summary>The files of a term; read when they are not known. Called under the index's read lock.</summary>
    internal WordFiles Of(string term, Func<string, WordFiles> read)
    {
        if (!_terms.TryGetValue(term, out var files))
        {
            files = read(term);
            lock (_adding)
            {
                if (_terms.TryAdd(term, files))
                    _bytes += files.Bytes;
                if (_bytes > MostBytes)
                    Forget();
            }
        }

        files.UsedAt = Interlocked.Increment(ref _uses);
        return files;
    }

    /// <summary>Says that the words of a file are others. Called under the index's write lock.</summary>
    internal void Change(int row, IReadOnlyDictionary<string, int> weights, FileColumns files)
    {
        if (_terms.IsEmpty)
            return;
        foreach (var (term, weight) in weights)
        {
            if (!_terms.TryGetValue(term, out var known))
                continue;
            var before = known.Bytes;
            known.Add(row, weight, files.TextChanges[row], files);
            _bytes += known.Bytes - before;
        }

        if (_bytes > MostBytes)
            Forget();
    }

    // The half that was not asked for longest.
    private void Forget()
    {
        var byUse = _terms.OrderBy(term => term.Value.UsedAt).ToList();
        _bytes = byUse.Sum(term => term.Value.Bytes);
        foreach (var (term, files) in byUse)
        {
            if (_bytes <= MostBytes / 2)
                break;
            _terms.TryRemove(term, out _);
            _bytes -= files.Bytes;
        }
    }
}
