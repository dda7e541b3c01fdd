using System.Diagnostics;
using Microsoft.Extensions.AI;
using ScaiDrive.Search.Embedding.Providers.Health;
using ScaiDrive.Search.Embedding.Providers.Remote;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Embedding.Providers;

/// <summary>An opened provider.</summary>
public sealed class EmbeddingProvider
{
    // Once more, in case only a connection broke; what lasts longer is for the queue to wait for.
    private static readonly TimeSpan SecondTryAfter = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan QuickFailure = TimeSpan.FromSeconds(2);

    private static readonly EmbeddingGenerationOptions AsQuery = new() { AdditionalProperties = new() { [RemoteGenerator.QueryProperty] = true } };

    private readonly IEmbeddingGenerator<string, Embedding<float>> _generator;
    private readonly ProviderWatch _watch;
    private readonly TimeProvider _time;
    private readonly ProviderRow _row;
    private readonly ProviderGate _gate;
    private readonly RequestPump? _pump;

    internal EmbeddingProvider(ProviderRow row, IEmbeddingGenerator<string, Embedding<float>> generator, ProviderWatch watch, TimeProvider time)
    {
        (_row, _generator, _watch, _time) = (row, generator, watch, time);
        var limits = generator.GetService(typeof(ProviderLimits)) as ProviderLimits;
        _gate = new(isShut: limits is not null, time);
        _pump = limits is null ? null : new(limits, texts => SendAsync(texts, isQuery: false, CancellationToken.None));
    }

    /// <summary>Key of its row.</summary>
    public string Id => _row.Id;

    /// <summary>Its type, for example <c>local</c>.</summary>
    public string Type => _row.Type;

    /// <summary>The model its vectors are of.</summary>
    public string Model => _row.Model;

    /// <summary>Length of its vectors.</summary>
    public int Dimensions => _row.Dimensions;

    /// <summary>Embeds documents, as many as can be: what a provider refuses, and what a fault left without a vector, is told, not thrown.</summary>
    /// <remarks>What is neither an outage nor a fault of the settings comes through as the generator threw it.</remarks>
    public async Task<EmbeddedTexts> EmbedDocumentsAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (_pump is not null)
            return await _pump.EmbedAsync(texts, cancellationToken);
        try
        {
            return new([.. await SendAsync(texts, isQuery: false, cancellationToken)], 0, 0, null, null);
        }
        catch (EmbeddingUnavailableException fault)
        {
            return new(new float[]?[texts.Count], 0, 0, null, fault);
        }
    }

    /// <summary>Embeds texts; one vector for each, in order.</summary>
    /// <remarks>What is neither an outage nor a wrong answer, a refused text for example, comes through as the generator threw it.</remarks>
    /// <exception cref="EmbeddingUnavailableException">An outage that may pass, or vectors that do not have the configured length.</exception>
    public Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return SendAsync(texts, isQuery: false, cancellationToken);
    }

    /// <summary>Embeds a query. For a search it makes no difference why there is no vector.</summary>
    /// <exception cref="EmbeddingUnavailableException">Whatever went wrong.</exception>
    internal async Task<float[]> EmbedQueryAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            return (await SendAsync([text], isQuery: true, cancellationToken))[0];
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested && fault is not EmbeddingUnavailableException)
        {
            throw new EmbeddingUnavailableException(Id, FaultCodes.Failed, $"Provider {Id} ({Type}) failed: {fault.Message}", fault);
        }
    }

    /// <summary>Embeds a short text now, whatever happened before.</summary>
    /// <exception cref="EmbeddingUnavailableException">Whatever went wrong.</exception>
    internal async Task<float[]> TestAsync(string text, CancellationToken cancellationToken)
    {
        // Past the gate: an admin who has just mended it must not be told of the fault before.
        _gate.Succeeded();
        return await EmbedQueryAsync(text, cancellationToken);
    }

    private async Task<IReadOnlyList<float[]>> SendAsync(IReadOnlyList<string> texts, bool isQuery, CancellationToken cancellationToken)
    {
        _gate.Enter();
        for (var isSecond = false; ; isSecond = true)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                var embedded = await _generator.GenerateAsync(texts, isQuery && _pump is not null ? AsQuery : null, cancellationToken);
                Check(texts, embedded);
                _gate.Succeeded();
                await _watch.SucceededAsync(
                    _row, texts.Count, embedded.Usage?.InputTokenCount ?? texts.Sum(text => (long)TextFit.Tokens(text)), Stopwatch.GetElapsedTime(started));
                return [.. embedded.Select(one => one.Vector.ToArray())];
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested && AsUnavailable(fault) is { } unavailable)
            {
                var took = Stopwatch.GetElapsedTime(started);
                if (!isSecond && IsWorthASecondTry(unavailable, took))
                {
                    await Task.Delay(SecondTryAfter, _time, CancellationToken.None);
                    continue;
                }

                var aged = _gate.Failed(unavailable);
                await _watch.FailedAsync(_row, aged, took);
                throw aged;
            }
            catch
            {
                _gate.Left();
                throw;
            }
        }
    }

    private bool IsWorthASecondTry(EmbeddingUnavailableException fault, TimeSpan took) =>
        _pump is not null && !_gate.IsFailing && fault is { Kind: EmbeddingFaultKind.Outage, RetryAfter: null } && took < QuickFailure;

    private EmbeddingUnavailableException? AsUnavailable(Exception fault) =>
        fault as EmbeddingUnavailableException
        ?? (ProviderFaults.MayPass(fault)
            ? new(Id, FaultCodes.Down, $"Provider {Id} ({Type}) cannot embed: {fault.Message}", fault) { Kind = EmbeddingFaultKind.Outage }
            : null);

    private void Check(IReadOnlyList<string> texts, GeneratedEmbeddings<Embedding<float>> embedded)
    {
        // Zero: nobody knows yet; the first answer tells.
        if (embedded.Count != texts.Count || (Dimensions > 0 && embedded.Any(one => one.Vector.Length != Dimensions)))
        {
            throw new EmbeddingUnavailableException(
                Id, FaultCodes.DimensionsDiffer,
                $"Provider {Id} ({Type}) answered {embedded.Count} vectors of {embedded.FirstOrDefault()?.Vector.Length ?? 0} dimensions; wanted {texts.Count} of {Dimensions}.");
        }
    }
}
