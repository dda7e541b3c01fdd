using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Embedding.Providers;

/// <summary>What became of some texts. What has a vector is worth keeping although others failed.</summary>
/// <param name="Vectors">In the order of the texts; null where there is none. A text that the provider refuses has an empty one.</param>
/// <param name="Cut">How many were sent without their end, because they are longer than the model reads.</param>
/// <param name="Refused">How many the provider refuses, however they are sent.</param>
/// <param name="RefusedBecause">In the provider's words; null when none was.</param>
/// <param name="Fault">Why some have no vector; null when all have.</param>
public sealed record EmbeddedTexts(
    IReadOnlyList<float[]?> Vectors, int Cut, int Refused, string? RefusedBecause, EmbeddingUnavailableException? Fault);
