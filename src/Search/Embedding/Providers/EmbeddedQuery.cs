using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Embedding.Providers;

/// <summary>A query in every model that could embed it.</summary>
/// <param name="Vectors">At least one.</param>
/// <param name="Degraded">Null, or why not every file can be compared, as in <see cref="SearchAnswer.Degraded"/>.</param>
internal sealed record EmbeddedQuery(IReadOnlyList<(string Model, float[] Vector)> Vectors, string? Degraded);

/// <summary>Whether a query could be embedded now.</summary>
/// <param name="Available">Whether a search by meaning would be answered.</param>
/// <param name="ProviderId">The row that embedded, or the first that could not.</param>
/// <param name="Model">Its model, when it works.</param>
/// <param name="Code">Stable code of the fault, when it does not.</param>
/// <param name="Message">The fault in words.</param>
/// <param name="Latency">How long the attempt took.</param>
public sealed record EmbeddingProbe(bool Available, string ProviderId, string? Model, string? Code, string? Message, TimeSpan Latency)
{
    /// <summary>Every model that searches are answered from.</summary>
    public IReadOnlyList<SpaceProbe> Spaces { get; init; } = [];
}

/// <summary>One model of these.</summary>
/// <param name="Model">The model.</param>
/// <param name="IsServing">False while it is being built.</param>
/// <param name="ProviderId">Who embedded, or should have.</param>
/// <param name="Code">Null when it was embedded.</param>
/// <param name="Message">The fault in words.</param>
/// <param name="Latency">How long it took.</param>
public sealed record SpaceProbe(string Model, bool IsServing, string ProviderId, string? Code, string? Message, TimeSpan Latency);
