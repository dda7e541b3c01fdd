using System.Collections.Concurrent;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Embedding.Providers;

// Who embeds: the provider that is wanted, or while it fails one that stands in for it.
public sealed partial class EmbeddingProviders
{
    private static readonly TimeSpan ProbeLifetime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, (DateTimeOffset At, Task<EmbeddingProbe> Result)> _probes = new();

    /// <summary>Texts that are worth being handed over at once: enough to keep a provider busy, few enough that a crash repeats little and
    /// progress moves.</summary>
    public int BatchSizeOf(ProviderRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.Type == ProviderTypes.Local ? 128 : 512;
    }

    /// <summary>Embeds documents by a provider; while it fails, by those of the same model that stand in for it.</summary>
    /// <remarks>Vectors of one model can be compared whoever computed them; those of another model cannot, so no other model ever stands in.</remarks>
    public async Task<EmbeddedTexts> EmbedDocumentsAsync(IndexingRules rules, ProviderRow row, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var embedded = await TryEmbedAsync(row, texts, cancellationToken);
        foreach (var standIn in StandInsFor(rules, row, embedded.Fault))
        {
            var rest = Enumerable.Range(0, texts.Count).Where(i => embedded.Vectors[i] is null).ToList();
            var others = await TryEmbedAsync(standIn, rest.ConvertAll(i => texts[i]), cancellationToken);
            if (others.Vectors.Any(vector => vector is not null))
                await watch.StoodInAsync(row, standIn, embedded.Fault!);
            var vectors = embedded.Vectors.ToArray();
            for (var i = 0; i < rest.Count; i++)
                vectors[rest[i]] = others.Vectors[i];
            embedded = new(
                vectors, embedded.Cut + others.Cut, embedded.Refused + others.Refused, embedded.RefusedBecause ?? others.RefusedBecause,
                others.Fault is null ? null : embedded.Fault);
            if (embedded.Fault is null)
                break;
        }

        return embedded;
    }

    /// <summary>Embeds a query in every model that serves. When none of them can, in those that are being built.</summary>
    /// <exception cref="EmbeddingUnavailableException">None can embed it; the fault of the first.</exception>
    internal async Task<EmbeddedQuery> EmbedQueryAsync(string tenantId, string text, CancellationToken cancellationToken)
    {
        var rules = await ReadRulesAsync(tenantId, cancellationToken);
        var (vectors, fault) = await EmbedInAsync(rules, serving: true, text, cancellationToken);
        if (vectors.Count > 0)
            return new(vectors, fault is null ? null : "embedding_partial");
        (vectors, var later) = await EmbedInAsync(rules, serving: false, text, cancellationToken);
        if (vectors.Count > 0)
            return new(vectors, "index_building");
        throw fault ?? later ?? new EmbeddingUnavailableException(rules.Providers[0].Id, "semantic_disabled", "No policy of the tenant wants vectors.");
    }

    /// <summary>Embeds a short text in every model that searches are answered from, to see what a search would do now. Takes three seconds
    /// at most; the result holds for five.</summary>
    public async Task<EmbeddingProbe> ProbeAsync(string tenantId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (_, result) = _probes.AddOrUpdate(
            tenantId,
            _ => (now, ProbeNowAsync(tenantId)),
            (_, last) => now - last.At < ProbeLifetime ? last : (now, ProbeNowAsync(tenantId)));
        return await result.WaitAsync(cancellationToken);
    }

    private async Task<EmbeddingProbe> ProbeNowAsync(string tenantId)
    {
        var rules = await ReadRulesAsync(tenantId, CancellationToken.None);
        var spaces = await Task.WhenAll(rules.Spaces.Select(space => ProbeAsync(rules, space)));
        var asked = spaces.Any(space => space.IsServing && space.Code is null) ? spaces.Where(space => space.IsServing) : spaces;
        var told = asked.FirstOrDefault(space => space.Code is null) ?? asked.FirstOrDefault();
        return told is null
            ? new(false, rules.Providers[0].Id, null, "semantic_disabled", "No policy of the tenant wants vectors.", TimeSpan.Zero)
            : new(told.Code is null, told.ProviderId, told.Code is null ? told.Model : null, told.Code, told.Message, told.Latency) { Spaces = spaces };
    }

    private async Task<SpaceProbe> ProbeAsync(IndexingRules rules, VectorSpace space)
    {
        var started = time.GetTimestamp();
        var row = rules.ProviderOf(space);
        using var patience = new CancellationTokenSource(ProbePatience, time);
        try
        {
            if (row is null)
                return new(space.Model, space.IsServing, space.ProviderId, FaultCodes.Failed, $"Provider {space.ProviderId} is gone.", TimeSpan.Zero);
            var (by, _) = await EmbedQueryAsync(rules, row, "probe", patience.Token).WaitAsync(ProbePatience, time);
            return new(space.Model, space.IsServing, by.Id, null, null, time.GetElapsedTime(started));
        }
        catch (EmbeddingUnavailableException fault)
        {
            return new(space.Model, space.IsServing, fault.ProviderId, fault.Code, fault.Message, time.GetElapsedTime(started));
        }
        catch (Exception fault) when (fault is OperationCanceledException or TimeoutException)
        {
            return new(
                space.Model, space.IsServing, row!.Id, FaultCodes.Down, $"Provider {row.Id} ({row.Type}): no answer within {ProbePatience.TotalSeconds} seconds.",
                time.GetElapsedTime(started));
        }
    }

    private async Task<(List<(string Model, float[] Vector)> Vectors, EmbeddingUnavailableException? Fault)> EmbedInAsync(
        IndexingRules rules, bool serving, string text, CancellationToken cancellationToken)
    {
        var rows = rules.Spaces.Where(space => space.IsServing == serving).Select(space => (space.Model, Row: rules.ProviderOf(space))).Where(space => space.Row is not null);
        var answers = await Task.WhenAll(rows.Select(async space =>
        {
            try
            {
                return (space.Model, Vector: (await EmbedQueryAsync(rules, space.Row!, text, cancellationToken)).Vector, Fault: (EmbeddingUnavailableException?)null);
            }
            catch (EmbeddingUnavailableException fault)
            {
                return (space.Model, Vector: null!, Fault: fault);
            }
        }));
        return (
            [.. answers.Where(answer => answer.Fault is null).Select(answer => (answer.Model, answer.Vector))],
            answers.Select(answer => answer.Fault).FirstOrDefault(fault => fault is not null));
    }

    private async Task<(ProviderRow By, float[] Vector)> EmbedQueryAsync(IndexingRules rules, ProviderRow row, string text, CancellationToken cancellationToken)
    {
        EmbeddingUnavailableException first;
        try
        {
            return (row, await Open(row).EmbedQueryAsync(text, cancellationToken));
        }
        catch (EmbeddingUnavailableException fault)
        {
            first = fault;
        }

        foreach (var standIn in StandInsFor(rules, row, first))
        {
            try
            {
                var vector = await Open(standIn).EmbedQueryAsync(text, cancellationToken);
                await watch.StoodInAsync(row, standIn, first);
                return (standIn, vector);
            }
            catch (EmbeddingUnavailableException)
            {
                // The next one may; the fault of the one that was wanted is told.
            }
        }

        throw first;
    }

    private async Task<EmbeddedTexts> TryEmbedAsync(ProviderRow row, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        EmbeddingProvider provider;
        try
        {
            provider = Open(row);
        }
        catch (EmbeddingUnavailableException fault)
        {
            return new(new float[]?[texts.Count], 0, 0, null, fault);
        }

        return await provider.EmbedDocumentsAsync(texts, cancellationToken);
    }

    // Not while it merely asks to wait: it will be back, and another one would be pressed instead.
    private static IEnumerable<ProviderRow> StandInsFor(IndexingRules rules, ProviderRow row, EmbeddingUnavailableException? fault) =>
        fault is null or { Kind: EmbeddingFaultKind.Throttled or EmbeddingFaultKind.Text }
            ? []
            : rules.Providers
                .Where(other => other.Id != row.Id && other.FallbackOrder is not null && other.Model == row.Model && other.Dimensions == row.Dimensions)
                .OrderBy(other => other.FallbackOrder);
}
