using System.Text.Json.Nodes;

namespace ScaiDrive.Tests.ScaiKey.Keys;

/// <summary>The keys that sign now, one per algorithm, and those that are published.</summary>
public sealed class KeyRing : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<SigningKey> _all = [];
    private List<SigningKey> _published = [];
    private Dictionary<string, SigningKey> _current = [];

    internal KeyRing() => Rotate(withdrawOld: false);

    /// <summary>New keys sign from now on. Tokens that the old ones signed stay good until those are withdrawn.</summary>
    public void Rotate(bool withdrawOld)
    {
        SigningKey[] fresh = [SigningKey.New(SigningAlgorithms.Rs256), SigningKey.New(SigningAlgorithms.Es256)];
        lock (_lock)
        {
            _all.AddRange(fresh);
            _published = withdrawOld ? [.. fresh] : [.. fresh, .. _published];
            _current = fresh.ToDictionary(key => key.Algorithm);
        }
    }

    /// <summary>The key that signs with this algorithm now.</summary>
    public SigningKey Current(string algorithm)
    {
        lock (_lock)
            return _current[algorithm];
    }

    public void Dispose() => _all.ForEach(key => key.Dispose());

    internal JsonObject Published()
    {
        lock (_lock)
            return new JsonObject { ["keys"] = new JsonArray([.. _published.Select(key => (JsonNode)key.Published())]) };
    }
}
