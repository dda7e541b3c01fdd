using System.Buffers;
using System.Numerics.Tensors;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Local;

/// <summary>Files found by the terms of one query, first term by term, then scored together.</summary>
internal sealed class FoundFiles(int rows) : IDisposable
{
    private readonly float[] _weights = ArrayPool<float>.Shared.RentCleared(rows);
    private readonly double[] _scores = ArrayPool<double>.Shared.RentCleared(rows);
    private readonly byte[] _termsFound = ArrayPool<byte>.Shared.RentCleared(rows);
    private readonly List<FoundTerm> _terms = [];
    // The rows of the term that is being looked for; each term keeps only as many as it has.
    private readonly int[] _found = ArrayPool<int>.Shared.Rent(Math.Max(1, rows));
    private int _count;

    /// <summary>The terms that count.</summary>
    internal IReadOnlyList<FoundTerm> Terms => _terms;

    /// <summary>The highest score of all; looked up each time.</summary>
    internal double BestScore => TensorPrimitives.Max(_scores.AsSpan(0, Math.Max(1, rows)));

    internal void Begin(QueryTerm term)
    {
        _count = 0;
        _terms.Add(new(term));
    }

    internal void Add(WordFiles files, FileColumns columns) => files.AddTo(_weights.AsSpan(0, rows), _found, ref _count, columns);

    internal void Add(int row, int weight)
    {
        if (row >= rows)
            return;
        if (_weights[row] == 0)
            _found[_count++] = row;
        _weights[row] += weight;
    }

    /// <summary>Adds files that have no weight yet, as if they had one word.</summary>
    internal void AddMissing(IEnumerable<int> files)
    {
        foreach (var row in files)
        {
            if (row < rows && _weights[row] == 0)
                Add(row, WordWeights.InText);
        }
    }

    /// <summary>Turns the weights of a term into its part of the scores.</summary>
    internal void End(FileColumns files)
    {
        var idf = WordWeights.Idf(files.Live, _count);
        var meanLength = Math.Max(1, files.Length) / (double)Math.Max(1, files.Live);
        var scores = ArrayPool<float>.Shared.Rent(Math.Max(1, _count));
        var lengths = files.Lengths;
        for (var i = 0; i < _count; i++)
        {
            var row = _found[i];
            scores[i] = (float)WordWeights.Score(idf, _weights[row], lengths[row] / meanLength);
            _weights[row] = 0;
        }

        var found = ArrayPool<int>.Shared.Rent(Math.Max(1, _count));
        _found.AsSpan(0, _count).CopyTo(found);
        _terms[^1].Complete(_count, found, scores);
    }

    /// <summary>Leaves out words that more than so many files have, when at least two others remain that some file has.</summary>
    internal void LeaveOutCommon(int files)
    {
        var common = _terms.Where(found => found is { Term: { IsPhrase: false, IsPrefix: false } } && found.Count > files).ToList();
        if (_terms.Count(found => found.Count > 0) - common.Count < 2)
            return;
        foreach (var found in common)
        {
            found.Return();
            _terms.Remove(found);
        }
    }

    /// <summary>How many terms a file must have at least: what stands in quotes, or anything.</summary>
    internal int LeastTerms => Math.Max(1, _terms.Count(found => found.Term.IsPhrase));

    /// <summary>Adds the parts up. A file without what stands in quotes is not found.</summary>
    internal void Score()
    {
        byte phrases = 0;
        foreach (var found in _terms.Where(found => found.Term.IsPhrase))
        {
            Score(found, least: 0);
            phrases++;
        }

        foreach (var found in _terms.Where(found => !found.Term.IsPhrase))
            Score(found, phrases);
    }

    private void Score(FoundTerm found, byte least)
    {
        ReadOnlySpan<int> rowsOfTerm = found.Rows.AsSpan(0, found.Count);
        ReadOnlySpan<float> scoresOfTerm = found.Scores.AsSpan(0, found.Count);
        for (var i = 0; i < rowsOfTerm.Length; i++)
        {
            var row = rowsOfTerm[i];
            if (_termsFound[row] < least)
                continue;
            _scores[row] += scoresOfTerm[i];
            _termsFound[row]++;
        }
    }

    /// <summary>Puts a file that was found above others.</summary>
    internal void Raise(int row, double to)
    {
        if (row < rows && _termsFound[row] > 0)
            _scores[row] = to;
    }

    /// <summary>How many allowed files have at least so many of the terms.</summary>
    internal int Count(bool[] allowed, int leastTerms) => Visit(allowed, leastTerms, static (_, _) => { });

    /// <summary>Every allowed file with at least so many of the terms.</summary>
    internal int Visit(bool[] allowed, int leastTerms, Action<int, double> visit)
    {
        var total = 0;
        for (var row = 0; row < allowed.Length; row++)
        {
            if (_termsFound[row] < leastTerms || !allowed[row])
                continue;
            total++;
            visit(row, _scores[row]);
        }

        return total;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var found in _terms)
            found.Return();
        ArrayPool<int>.Shared.Return(_found);
        ArrayPool<float>.Shared.Return(_weights);
        ArrayPool<double>.Shared.Return(_scores);
        ArrayPool<byte>.Shared.Return(_termsFound);
    }
}

/// <summary>The files of one term.</summary>
internal sealed class FoundTerm(QueryTerm term)
{
    internal QueryTerm Term => term;

    internal int[] Rows { get; private set; } = [];

    internal float[] Scores { get; private set; } = [];

    internal int Count { get; private set; }

    /// <summary>Takes over its rows and their scores, both rented.</summary>
    internal void Complete(int count, int[] rows, float[] scores) => (Count, Rows, Scores) = (count, rows, scores);

    /// <summary>Gives its arrays back; nothing may be read afterwards.</summary>
    internal void Return()
    {
        if (Scores.Length > 0)
        {
            ArrayPool<int>.Shared.Return(Rows);
            ArrayPool<float>.Shared.Return(Scores);
        }

        (Count, Rows, Scores) = (0, [], []);
    }
}

/// <summary>Rented arrays start with whatever they held before.</summary>
internal static class ClearedArrays
{
    internal static T[] RentCleared<T>(this ArrayPool<T> pool, int length)
    {
        var array = pool.Rent(Math.Max(1, length));
        array.AsSpan(0, length).Clear();
        return array;
    }
}
