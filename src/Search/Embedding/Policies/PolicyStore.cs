using Npgsql;
using NpgsqlTypes;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Store;

namespace ScaiDrive.Search.Embedding.Policies;

/// <summary>The policies of a tenant as rows.</summary>
public sealed class PolicyStore(Database database, EmbeddingProviders providers)
{
    private const int LastPosition = int.MaxValue;

    /// <summary>The tenant's policies. One without rows gets the default policy first.</summary>
    public async Task<PolicyList> ListAsync(string tenantId, CancellationToken cancellationToken)
    {
        await providers.ReadRulesAsync(tenantId, cancellationToken);
        await using var command = database.CreateCommand(PolicySql.List);
        return await ReadAsync(command, tenantId, cancellationToken);
    }

    /// <summary>From here to the end of the transaction nobody else changes a rule, or writes down what follows from one.</summary>
    public static async Task HoldAloneAsync(NpgsqlTransaction transaction, string tenantId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        await using var hold = new Statement(transaction, ProviderSql.HoldRulesAlone) { Parameters = { new() { Value = tenantId } } };
        await hold.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The tenant's policies, which nobody else changes before the transaction ends.</summary>
#pragma warning disable CA1822 // The transaction names the database, but callers reach this through the store they were given.
    public async Task<PolicyList> HoldAsync(NpgsqlTransaction transaction, string tenantId, CancellationToken cancellationToken)
    {
        await HoldAloneAsync(transaction, tenantId, cancellationToken);
        await using var command = new Statement(transaction, PolicySql.List);
        return await ReadAsync(command, tenantId, cancellationToken);
    }

    /// <summary>Makes the rows like the list. The caller holds them since it read them.</summary>
    public async Task SaveAsync(NpgsqlTransaction transaction, string tenantId, PolicyList list, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(list);
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction);
        batch.BatchCommands.Add(new(PolicySql.Delete)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = list.Policies.Select(policy => policy.Rule.Id).ToArray() } },
        });
        foreach (var policy in list.Policies)
            batch.BatchCommands.Add(Save(tenantId, policy, policy.IsDefault ? LastPosition : list.PositionOf(policy)));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
#pragma warning restore CA1822

    private static NpgsqlBatchCommand Save(string tenantId, StoredPolicy policy, int position) => new(PolicySql.Save)
    {
        Parameters =
        {
            new() { Value = tenantId },
            new() { Value = policy.Rule.Id },
            new() { Value = policy.Name },
            new() { Value = position },
            Text(policy.Rule.ShareId),
            Text(policy.Rule.PathPrefix),
            Text(policy.Rule.MimePattern),
            new() { Value = policy.Rule.IndexContent },
            new() { Value = policy.Rule.Semantic },
            new() { Value = (object?)policy.Rule.Ocr ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean },
            Text(policy.Rule.ProviderId),
            new() { Value = policy.CreatedAt.UtcDateTime },
            new() { Value = policy.UpdatedAt.UtcDateTime },
        },
    };

    private static async Task<PolicyList> ReadAsync(Statement command, string tenantId, CancellationToken cancellationToken)
    {
        command.Parameters.Add(new() { Value = tenantId });
        var policies = new List<StoredPolicy>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var rule = new PolicyRow(
                reader.GetString(0), Text(reader, 1), Text(reader, 2), Text(reader, 3), reader.GetBoolean(4), reader.GetBoolean(5),
                reader.IsDBNull(6) ? null : reader.GetBoolean(6), Text(reader, 7));
            policies.Add(new(
                rule, reader.GetString(8), reader.GetBoolean(9), reader.GetFieldValue<DateTimeOffset>(10), reader.GetFieldValue<DateTimeOffset>(11)));
        }

        return new(policies);
    }

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
