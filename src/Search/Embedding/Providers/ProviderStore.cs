using Npgsql;
using NpgsqlTypes;

namespace ScaiDrive.Search.Embedding.Providers;

/// <summary>Adds, changes and removes providers, in transactions of the caller. Every change is one of the rules files are indexed by.</summary>
public sealed class ProviderStore
{
    /// <summary>Lets nobody else change a rule until the transaction ends, nor write down what follows from them.</summary>
    public async Task HoldAsync(NpgsqlTransaction transaction, string tenantId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using var command = new NpgsqlCommand(ProviderSql.HoldRulesAlone, transaction.Connection, transaction) { Parameters = { new() { Value = tenantId } } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Adds a provider.</summary>
    /// <exception cref="PostgresException">A unique violation: the tenant has one of that name.</exception>
    public Task AddAsync(NpgsqlTransaction transaction, ProviderRow row, CancellationToken cancellationToken) =>
        WriteAsync(transaction, ProviderSql.Add, row, cancellationToken);

    /// <summary>Writes a provider's settings over those it has.</summary>
    /// <exception cref="PostgresException">A unique violation: the tenant has another of that name.</exception>
    public Task SaveAsync(NpgsqlTransaction transaction, ProviderRow row, CancellationToken cancellationToken) =>
        WriteAsync(transaction, ProviderSql.Save, row, cancellationToken);

    /// <summary>Removes a provider that nothing uses.</summary>
    /// <exception cref="PostgresException">A foreign key violation: a policy or a vector space came to use it.</exception>
    public Task DeleteAsync(NpgsqlTransaction transaction, string tenantId, string id, CancellationToken cancellationToken) =>
        ExecuteAsync(transaction, ProviderSql.Delete, cancellationToken, new() { Value = tenantId }, new() { Value = id });

    /// <summary>What a provider is used by.</summary>
    public async Task<ProviderUsage> UsageAsync(NpgsqlTransaction transaction, string tenantId, string id, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using var command = new NpgsqlCommand(ProviderSql.Usage, transaction.Connection, transaction)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = id } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new(reader.GetFieldValue<string[]>(0), reader.GetFieldValue<string[]>(1), reader.GetBoolean(2));
    }

    private async Task WriteAsync(NpgsqlTransaction transaction, string sql, ProviderRow row, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.IsDefault)
            await ExecuteAsync(transaction, ProviderSql.NoDefault, cancellationToken, new NpgsqlParameter { Value = row.TenantId });
        await ExecuteAsync(
            transaction, sql, cancellationToken,
            Of(row.TenantId, NpgsqlDbType.Text), Of(row.Id, NpgsqlDbType.Text), Of(row.Name, NpgsqlDbType.Text), Of(row.Type, NpgsqlDbType.Text),
            Of(row.Endpoint, NpgsqlDbType.Text), Of(row.ProtectedApiKey, NpgsqlDbType.Text), Of(row.Model, NpgsqlDbType.Text),
            Of(row.Dimensions, NpgsqlDbType.Integer), Of(row.MaxTokensPerRequest, NpgsqlDbType.Integer), Of(row.Ocr, NpgsqlDbType.Boolean),
            Of(row.IsDefault, NpgsqlDbType.Boolean), Of(row.FallbackOrder, NpgsqlDbType.Integer), Of(row.CostPerMillionTokens, NpgsqlDbType.Numeric));
    }

    private static async Task ExecuteAsync(NpgsqlTransaction transaction, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] values)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        command.Parameters.AddRange(values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter Of(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}

/// <summary>What uses a provider.</summary>
/// <param name="Policies">Names of the policies that point at it.</param>
/// <param name="Spaces">Models whose queries it embeds.</param>
/// <param name="HasVectors">Whether there are vectors of its model.</param>
public sealed record ProviderUsage(IReadOnlyList<string> Policies, IReadOnlyList<string> Spaces, bool HasVectors)
{
    /// <summary>Whether a policy or a model that answers searches needs it.</summary>
    public bool IsUsed => Policies.Count > 0 || Spaces.Count > 0;
}
