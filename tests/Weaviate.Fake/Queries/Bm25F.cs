using ScaiDrive.Tests.Weaviate.Objects;
using ScaiDrive.Tests.Weaviate.Schema;

namespace ScaiDrive.Tests.Weaviate.Queries;

/// <summary>BM25F: the frequencies of a word in several properties are weighted and added before they saturate.</summary>
internal static class Bm25F
{
    private const double K1 = 1.2;
    private const double B = 0.75;

    /// <summary>The score of every object that has a word of the query. How rare a word is, all objects decide, filtered or not.</summary>
    internal static Dictionary<StoredObject, double> Score(
        IReadOnlyCollection<StoredObject> objects, IReadOnlyList<(PropertyType Property, int Boost)> properties, string query)
    {
        var lengths = objects.ToDictionary(stored => stored, stored => properties.Sum(one => stored.Tokens(one.Property).Length));
        var average = Math.Max(1, lengths.Values.DefaultIfEmpty().Average());
        var scores = new Dictionary<StoredObject, double>();
        foreach (var word in properties[0].Property.Split(query).GroupBy(token => token, StringComparer.Ordinal))
        {
            var frequencies = new List<(StoredObject Stored, double Frequency)>();
            foreach (var stored in objects)
            {
                var frequency = properties.Sum(one => (double)one.Boost * stored.Tokens(one.Property).Count(token => token == word.Key));
                if (frequency > 0)
                    frequencies.Add((stored, frequency));
            }

            var rarity = Math.Log(1 + (objects.Count - frequencies.Count + 0.5) / (frequencies.Count + 0.5));
            foreach (var (stored, frequency) in frequencies)
            {
                var weight = rarity * frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * lengths[stored] / average));
                scores[stored] = scores.GetValueOrDefault(stored) + word.Count() * weight;
            }
        }

        return scores;
    }
}
