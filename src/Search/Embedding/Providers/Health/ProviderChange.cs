using Npgsql;

namespace ScaiDrive.Search.Embedding.Providers;

/// <summary>What happened to a provider.</summary>
public enum ProviderChangeKind
{
    /// <summary>It began to fail.</summary>
    Down,

    /// <summary>It answers again.</summary>
    Up,

    /// <summary>Another one of the same model embeds in its place from now on.</summary>
    FallbackBegan,

    /// <summary>It embeds itself again.</summary>
    FallbackEnded,
}

/// <summary>A change in how a provider does; each is told once, whichever process saw it first.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Provider">To whom.</param>
/// <param name="Code">Why; one of <see cref="FaultCodes"/>, null when it is good news.</param>
/// <param name="Message">Why, in words.</param>
/// <param name="StandInId">Who embeds in its place, for the two kinds of fallback.</param>
public sealed record ProviderChange(ProviderChangeKind Kind, ProviderRow Provider, string? Code, string? Message, string? StandInId);

/// <summary>Hears of such changes, in the transaction that writes them down.</summary>
public interface IProviderListener
{
    /// <summary>Called once per change.</summary>
    Task OnChangeAsync(NpgsqlTransaction transaction, ProviderChange change, CancellationToken cancellationToken);
}
