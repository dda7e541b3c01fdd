using System.Diagnostics;
using Microsoft.Extensions.AI;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Embedding.Providers;

/// <summary>An opened provider.</summary>
public sealed class EmbeddingProvider
{
    private readonly IEmbeddingGenerator<string, Embedding<float>> _generator;
    private readonly SearchMetrics _metrics;
    private readonly ProviderRow _row;

    internal EmbeddingProvider(ProviderRow row, IEmbeddingGenerator<string, Embedding<float>> generator, SearchMetrics metrics) =>
        (_row, _generator, _metrics) = (row, generator, metrics);

    /// <summary>Key of its row.</summary>
    public string Id => _row.Id;

    /// <summary>Its type, for example <c>local</c>.</summary>
    public string Type => _row.Type;

    /// <summary>The model its vectors are of.</summary>
    public string Model => _row.Model;

    /// <summary>Length of its vectors.</summary>
    public int Dimensions => _row.Dimensions;

    /// <summary>Embeds texts; one vector for each, in order.</summary>
    /// <remarks>What is neither an outage nor a wrong answer, a refused text for example, comes through as the generator threw it.</remarks>
    /// <exception cref="EmbeddingUnavailableException">An outage that may pass, or vectors that do not have the configured length.</exception>
    public async Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var started = Stopwatch.GetTimestamp();
        GeneratedEmbeddings<Embedding<float>> embedded;
        try
        {
            embedded = await _generator.GenerateAsync(texts, options: null, cancellationToken);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested && ProviderFaults.MayPass(fault))
        {
            throw new EmbeddingUnavailableException(Id, "provider_down", $"Provider {Id} ({Type}) cannot embed: {fault.Message}", fault) { IsTransient = true };
        }
        finally
        {
            _metrics.EmbedSeconds.Record(
                Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("provider", Type));
        }

        if (embedded.Count != texts.Count || embedded.Any(one => one.Vector.Length != Dimensions))
        {
            throw new EmbeddingUnavailableException(
                Id, "provider_dimensions_differ",
                $"Provider {Id} ({Type}) answered {embedded.Count} vectors of {embedded.FirstOrDefault()?.Vector.Length ?? 0} dimensions; wanted {texts.Count} of {Dimensions}.");
        }

        return [.. embedded.Select(one => one.Vector.ToArray())];
    }

    /// <summary>Embeds a query. For a search it makes no difference why there is no vector.</summary>
    /// <exception cref="EmbeddingUnavailableException">Whatever went wrong.</exception>
    internal async Task<float[]> EmbedQueryAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            return (await EmbedAsync([text], cancellationToken))[0];
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested && fault is not EmbeddingUnavailableException)
        {
            throw new EmbeddingUnavailableException(Id, "provider_failed", $"Provider {Id} ({Type}) failed: {fault.Message}", fault);
        }
    }
}
