namespace ScaiDrive.Tests.Support;

/// <summary>How much of a known text was recognised.</summary>
public static class TextAccuracy
{
    /// <summary>One minus the edit distance over the length of <paramref name="truth"/>, not below 0; runs of white space count as one space.</summary>
    public static double Of(string truth, string read)
    {
        var (a, b) = (Squeeze(truth), Squeeze(read));
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var (diagonal, left) = (row[0], row[0] = i);
            for (var j = 1; j <= b.Length; j++)
            {
                left = Math.Min(Math.Min(row[j] + 1, left + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], left);
            }
        }

        return Math.Max(0, 1 - (double)row[^1] / a.Length);
    }

    /// <summary>The text with every run of white space as one space.</summary>
    public static string Squeeze(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
