namespace ScaiDrive.Search.Index.Local;

/// <summary>The files that have one index term, and how much of it: read once, kept in step by the writer.</summary>
/// <remarks>
/// An entry holds as long as the words of its file did not change since. Changed under the index's write lock, read under its read lock.
/// Rows ascend; each is kept as its distance to the one before in groups of seven bits, and its weight as a byte: two to three bytes a file.
/// </remarks>
internal sealed class WordFiles
{
    private readonly Dictionary<int, (byte Weight, int Version)> _later = [];
    private byte[] _encoded;
    private int _version;
    private int _count;

    /// <summary>Takes over what was read.</summary>
    /// <param name="files">Rows ascending, and what they weigh.</param>
    /// <param name="version">The <see cref="FileColumns.TextVersion"/> at which it was read.</param>
    internal WordFiles(IReadOnlyList<(int Row, int Weight)> files, int version)
    {
        _version = version;
        _encoded = Encode(files);
        _count = files.Count;
    }

    /// <summary>About its size in memory.</summary>
    internal long Bytes => 200 + _encoded.Length + _later.Count * 32L;

    /// <summary>About how many files have the term: those that lost it lately are counted too.</summary>
    internal int AboutCount => _count + _later.Count;

    /// <summary>When it was asked for last.</summary>
    internal long UsedAt { get; set; }

    /// <summary>Says that a file has the term since a change of its words.</summary>
    internal void Add(int row, int weight, int changedAt, FileColumns files)
    {
        _later[row] = ((byte)Math.Min(weight, WordWeights.MostWeight), changedAt);
        // Looking through what came later costs more for each than what is encoded.
        if (_later.Count > 1_000 + _count / 8)
            Encode(files);
    }

    /// <summary>Adds the weights of all files that have the term, by row, and to the rows found those that had none.</summary>
    internal void AddTo(Span<float> weights, int[] found, ref int count, FileColumns files)
    {
        var changes = files.TextChanges;
        var row = 0;
        for (var at = 0; at < _encoded.Length;)
        {
            row += Distance(_encoded, ref at);
            var weight = _encoded[at++];
            if (changes[row] <= _version)
                Add(weights, found, ref count, row, weight);
        }

        foreach (var (laterRow, later) in _later)
        {
            if (changes[laterRow] == later.Version)
                Add(weights, found, ref count, laterRow, later.Weight);
        }
    }

    private static void Add(Span<float> weights, int[] found, ref int count, int row, int weight)
    {
        if (weights[row] == 0)
            found[count++] = row;
        weights[row] += weight;
    }

    private void Encode(FileColumns files)
    {
        var changes = files.TextChanges;
        var present = new List<(int Row, int Weight)>(_count + _later.Count);
        var row = 0;
        for (var at = 0; at < _encoded.Length;)
        {
            row += Distance(_encoded, ref at);
            var weight = _encoded[at++];
            if (changes[row] <= _version)
                present.Add((row, weight));
        }

        foreach (var (laterRow, later) in _later)
        {
            if (changes[laterRow] == later.Version)
                present.Add((laterRow, later.Weight));
        }

        present.Sort();
        (_encoded, _count, _version) = (Encode(present), present.Count, files.TextVersion);
        _later.Clear();
    }

    private static byte[] Encode(IReadOnlyList<(int Row, int Weight)> files)
    {
        var bytes = new List<byte>(files.Count * 3);
        var before = 0;
        foreach (var (row, weight) in files)
        {
            var distance = (uint)(row - before);
            for (; distance >= 0x80; distance >>= 7)
                bytes.Add((byte)(distance | 0x80));
            bytes.Add((byte)distance);
            bytes.Add((byte)Math.Min(weight, WordWeights.MostWeight));
            before = row;
        }

        return [.. bytes];
    }

    private static int Distance(byte[] encoded, ref int at)
    {
        int distance = encoded[at++];
        if (distance < 0x80)
            return distance;
        distance &= 0x7F;
        for (var shift = 7; ; shift += 7)
        {
            int next = encoded[at++];
            distance |= (next & 0x7F) << shift;
            if (next < 0x80)
                return distance;
        }
    }
}
