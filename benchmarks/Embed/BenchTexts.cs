using System.Text;
using ScaiDrive.Search.Embedding.Local;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Bench.Embed;

/// <summary>Chunks of real text of one length: abstracts of the Cranfield collection, sentences of our own where it is absent.</summary>
internal static class BenchTexts
{
    internal static string[] Chunks(LocalEmbeddingGenerator counter, int tokens, int count)
    {
        var chunks = new List<string>(count);
        var chunk = new StringBuilder();
        using var words = Words().GetEnumerator();
        while (chunks.Count < count && words.MoveNext())
        {
            chunk.Append(chunk.Length == 0 ? "" : " ").Append(words.Current);

            // No word is more than its letters, so counting may wait until the chunk can be long enough.
            if (chunk.Length >= 3 * tokens && counter.Count(chunk.ToString()) >= tokens)
            {
                chunks.Add(chunk.ToString());
                chunk.Clear();
            }
        }

        return [.. chunks];
    }

    private static IEnumerable<string> Words()
    {
        if (RepositoryPaths.Corpus is { } corpus && Path.Combine(corpus, "cranfield", "cran.all") is var path && File.Exists(path))
        {
            // A collection of 1,400 abstracts gives about 1,300 chunks; more are asked for only by hand.
            while (true)
            {
                var inText = false;
                foreach (var line in File.ReadLines(path))
                {
                    if (line.StartsWith('.'))
                        inText = line == ".W";
                    else if (inText)
                    {
                        foreach (var word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                            yield return word;
                    }
                }
            }
        }

        string[] subjects = ["the auditor", "our supplier", "a committee of engineers", "the new contract", "every branch office", "the wind tunnel"];
        string[] verbs = ["reviews", "postpones", "has measured", "will publish", "compares", "questions"];
        string[] objects = ["the annual figures", "a draft of the agreement", "pressure along the surface", "two earlier reports", "the cost of storage", "the minutes of Tuesday's meeting"];
        var random = new Random(4);
        while (true)
        {
            var sentence = $"{subjects[random.Next(6)]} {verbs[random.Next(6)]} {objects[random.Next(6)]} before {objects[random.Next(6)]} .";
            foreach (var word in sentence.Split(' '))
                yield return word;
        }
    }
}
