using System.Collections.Concurrent;
using Npgsql;
using ScaiDrive.Search.Embedding.Providers.Health;
using ScaiDrive.Search.Query;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Embedding.Providers;

/// <summary>Decides by the tenant's policies how a file is indexed, and opens the providers of its vectors.</summary>
/// <remarks>Rows are read for every decision, so that a changed policy or provider holds at once, without a restart.</remarks>
public sealed partial class EmbeddingProviders(
    Database database, IEnumerable<IEmbeddingProviderFactory> factories, ProviderWatch watch, TimeProvider time)
{
    private readonly Dictionary<string, IEmbeddingProviderFactory> _factories =
        factories.ToDictionary(factory => factory.Type, StringComparer.Ordinal);

    private readonly ConcurrentDictionary<(string TenantId, string Id), (DateTimeOffset UpdatedAt, EmbeddingProvider Provider)> _open = new();

    /// <summary>What the policies say about one file. A tenant without rows gets the default provider and policy first.</summary>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="shareId">The file's share.</param>
    /// <param name="path">Its path inside the share.</param>
    /// <param name="mimeType">Its type.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<PolicyDecision> DecideAsync(
        string tenantId, string shareId, string path, string mimeType, CancellationToken cancellationToken)
    {
        var rules = await ReadRulesAsync(tenantId, cancellationToken);
        return rules.Decide(shareId, path, mimeType);
    }

    /// <summary>All rules of a tenant. One without rows gets the default provider and policy first.</summary>
    public async Task<IndexingRules> ReadRulesAsync(string tenantId, CancellationToken cancellationToken)
    {
        await using (var first = database.CreateBatch())
        {
            if (await FindRulesAsync(first, tenantId, cancellationToken) is { } rules)
                return rules;
        }

        await using (var batch = database.CreateBatch())
        {
            batch.BatchCommands.Add(new(ProviderSql.AddDefaultProvider) { Parameters = { new() { Value = tenantId } } });
            batch.BatchCommands.Add(new(ProviderSql.AddDefaultPolicy) { Parameters = { new() { Value = tenantId } } });
            batch.BatchCommands.Add(new(ProviderSql.AddDefaultSpace) { Parameters = { new() { Value = tenantId } } });
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var second = database.CreateBatch();
        return await FindRulesAsync(second, tenantId, cancellationToken)
            ?? throw new InvalidOperationException($"Tenant {tenantId} has no provider or no policy although they were just added.");
    }

    /// <summary>The rules as they stand now, and stand until the transaction ends. For writing down what followed from them:
    /// whoever changes a rule afterwards sees what was written.</summary>
    public async Task<IndexingRules> HoldRulesAsync(NpgsqlTransaction transaction, string tenantId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await HoldAsync(transaction, ProviderSql.HoldRules, tenantId, cancellationToken);
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction);
        return await FindRulesAsync(batch, tenantId, cancellationToken) ?? await ReadRulesAsync(tenantId, cancellationToken);
    }

    /// <summary>Switches OCR of a provider on or off. Decisions made from the commit on follow it; what an earlier one held back is the caller's to start.</summary>
    /// <returns>False when there is no such provider.</returns>
    public async Task<bool> SetOcrAsync(NpgsqlTransaction transaction, string tenantId, string providerId, bool enabled, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await HoldAsync(transaction, ProviderSql.HoldRulesAlone, tenantId, cancellationToken);
        await using var command = new NpgsqlCommand(ProviderSql.SetOcr, transaction.Connection, transaction)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = providerId }, new() { Value = enabled } },
        };
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Decides for one file and opens its provider.</summary>
    /// <exception cref="EmbeddingUnavailableException">The provider cannot be opened, or the policy wants no vectors (<c>semantic_disabled</c>).</exception>
    public async Task<EmbeddingProvider> ResolveAsync(
        string tenantId, string shareId, string path, string mimeType, CancellationToken cancellationToken)
    {
        var decision = await DecideAsync(tenantId, shareId, path, mimeType, cancellationToken);
        return decision.Semantic
            ? Open(decision.Provider)
            : throw new EmbeddingUnavailableException(
                decision.Provider.Id, "semantic_disabled", $"Policy {decision.PolicyId ?? "(none)"} wants no vectors for this file.");
    }

    /// <summary>Opens the provider that embeds queries: that of the last, most general policy.</summary>
    /// <exception cref="EmbeddingUnavailableException">It cannot be opened.</exception>
    public async Task<EmbeddingProvider> ResolveDefaultAsync(string tenantId, CancellationToken cancellationToken)
    {
        var rules = await ReadRulesAsync(tenantId, cancellationToken);
        var general = rules.Policies.LastOrDefault(policy => policy is { ShareId: null, PathPrefix: null, MimePattern: null });
        return Open(rules.Providers.FirstOrDefault(row => row.Id == general?.ProviderId) ?? rules.Providers[0]);
    }

    /// <summary>Opens the provider of a row.</summary>
    /// <exception cref="EmbeddingUnavailableException">No factory serves its type (<c>provider_type_unsupported</c>), or opening failed.</exception>
    public EmbeddingProvider Open(ProviderRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (_open.TryGetValue((row.TenantId, row.Id), out var known) && known.UpdatedAt == row.UpdatedAt)
            return known.Provider;
        var opened = OpenAnew(row);
        _open[(row.TenantId, row.Id)] = (row.UpdatedAt, opened);
        return opened;
    }

    /// <summary>Opens a row that nobody has saved yet, and does not keep it.</summary>
    internal EmbeddingProvider OpenAnew(ProviderRow row)
    {
        if (!_factories.TryGetValue(row.Type, out var factory))
        {
            throw new EmbeddingUnavailableException(
                row.Id, FaultCodes.TypeUnsupported,
                $"Provider {row.Id} has type {row.Type}; this process serves: {string.Join(", ", _factories.Keys.Order(StringComparer.Ordinal))}.");
        }

        try
        {
            return new(row, factory.Open(row), watch, time);
        }
        catch (Exception fault)
        {
            var mayPass = ProviderFaults.MayPassOnOpening(fault);
            throw new EmbeddingUnavailableException(
                row.Id, mayPass ? FaultCodes.Down : FaultCodes.Failed, $"Provider {row.Id} ({row.Type}) cannot be opened: {fault.Message}", fault)
            {
                Kind = mayPass ? EmbeddingFaultKind.Outage : EmbeddingFaultKind.Settings,
            };
        }
    }

    /// <summary>The tenant's providers, the default one first, then in the order they stand in for it.</summary>
    public async Task<IReadOnlyList<ProviderRow>> ListAsync(string tenantId, CancellationToken cancellationToken) =>
        (await ReadRulesAsync(tenantId, cancellationToken)).Providers;

    private static async Task HoldAsync(NpgsqlTransaction transaction, string sql, string tenantId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction) { Parameters = { new() { Value = tenantId } } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<IndexingRules?> FindRulesAsync(NpgsqlBatch batch, string tenantId, CancellationToken cancellationToken)
    {
        batch.BatchCommands.Add(new(ProviderSql.Providers) { Parameters = { new() { Value = tenantId } } });
        batch.BatchCommands.Add(new(ProviderSql.Policies) { Parameters = { new() { Value = tenantId } } });
        batch.BatchCommands.Add(new(ProviderSql.Spaces) { Parameters = { new() { Value = tenantId } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var providers = new List<ProviderRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            providers.Add(new(
                tenantId, reader.GetString(0), reader.GetString(1), reader.GetString(2), Text(reader, 3), Text(reader, 4), reader.GetString(5),
                reader.GetInt32(6), reader.IsDBNull(7) ? null : reader.GetInt32(7), reader.GetBoolean(8), reader.GetBoolean(9),
                reader.GetFieldValue<DateTimeOffset>(10))
            {
                FallbackOrder = reader.IsDBNull(11) ? null : reader.GetInt32(11),
                CostPerMillionTokens = reader.IsDBNull(12) ? null : reader.GetDecimal(12),
            });
        }

        await reader.NextResultAsync(cancellationToken);
        var policies = new List<PolicyRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            policies.Add(new(
                reader.GetString(0), Text(reader, 1), Text(reader, 2), Text(reader, 3), reader.GetBoolean(4), reader.GetBoolean(5),
                reader.IsDBNull(6) ? null : reader.GetBoolean(6), Text(reader, 7)));
        }

        await reader.NextResultAsync(cancellationToken);
        var spaces = new List<VectorSpace>();
        while (await reader.ReadAsync(cancellationToken))
            spaces.Add(new(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2), reader.GetFieldValue<DateTimeOffset>(3)));
        return providers.Count > 0 && policies.Count > 0 ? new(providers, policies, spaces) : null;
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
