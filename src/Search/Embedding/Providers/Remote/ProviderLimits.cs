namespace ScaiDrive.Search.Embedding.Providers.Remote;

/// <summary>What one request to a provider may hold. A generator that can be asked for it is a remote one.</summary>
/// <param name="MaxTexts">Texts of one request.</param>
/// <param name="MaxTokens">Tokens of one request.</param>
/// <param name="MaxTokensPerText">Tokens of one text; longer ones are cut before they are sent.</param>
/// <param name="InFlight">Requests under way at once, per process.</param>
internal sealed record ProviderLimits(int MaxTexts, int MaxTokens, int MaxTokensPerText, int InFlight)
{
    internal ProviderLimits Within(int? maxTokensPerRequest) =>
        maxTokensPerRequest is not { } most
            ? this
            : this with { MaxTokens = Math.Min(MaxTokens, most), MaxTokensPerText = Math.Min(MaxTokensPerText, most) };
}
