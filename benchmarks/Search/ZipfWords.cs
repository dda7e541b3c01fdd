namespace ScaiDrive.Bench.Search;

/// <summary>Words with the frequencies of natural language: the word of rank r is drawn in proportion to 1 / (r + 2.7), after Zipf and Mandelbrot.</summary>
internal sealed class ZipfWords
{
    private const double Shift = 2.7;

    private static readonly string[] Beginnings = ["b", "br", "c", "ch", "d", "dr", "f", "fl", "g", "gr", "h", "k", "l", "m", "n", "p", "pr", "qu", "r", "s", "st", "t", "tr", "v", "w"];
    private static readonly string[] Middles = ["a", "e", "i", "o", "u", "ea", "ou"];
    private static readonly string[] Ends = ["", "n", "r", "l", "s", "t", "nd", "rk", "m"];

    private readonly string[] _words;
    private readonly double[] _cumulated;

    internal ZipfWords(int count, int seed)
    {
        var random = new Random(seed);
        var words = new HashSet<string>(StringComparer.Ordinal);
        // Common words are short, as everywhere.
        for (var length = 1; words.Count < count; length = Math.Min(4, 1 + (int)Math.Log(words.Count + 1, 40)))
            words.Add(string.Concat(Enumerable.Range(0, length).Select(_ => Pick(random, Beginnings) + Pick(random, Middles) + Pick(random, Ends))));
        _words = [.. words];
        _cumulated = new double[count];
        var sum = 0.0;
        for (var rank = 0; rank < count; rank++)
            _cumulated[rank] = sum += 1 / (rank + Shift);
    }

    /// <summary>A word of running text.</summary>
    internal string Draw(Random random)
    {
        var at = Array.BinarySearch(_cumulated, random.NextDouble() * _cumulated[^1]);
        return _words[Math.Min(_words.Length - 1, at < 0 ? ~at : at)];
    }

    /// <summary>A word that somebody searches for: common and rare ones alike, even over the logarithm of their ranks.</summary>
    internal string DrawForQuery(Random random) => _words[(int)Math.Exp(random.NextDouble() * Math.Log(_words.Length / 4.0))];

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
