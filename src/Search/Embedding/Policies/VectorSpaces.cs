using Npgsql;
using ScaiDrive.Search.Embedding.Providers;

namespace ScaiDrive.Search.Embedding.Policies;

/// <summary>Which models answer searches: a model that policies come to want is built beside those that serve, and takes their place when it is complete.</summary>
public static class VectorSpaces
{
    /// <summary>Gives every model that policies want its space: serving when nothing serves yet that could be lost, else building.</summary>
    /// <remarks>The caller holds the rules alone. Models nobody wants any more stay until <see cref="SwapAsync"/>.</remarks>
    public static async Task AddWantedAsync(NpgsqlTransaction transaction, string tenantId, IndexingRules rules, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(rules);
        var wanted = rules.WantedProviders().DistinctBy(row => row.Model).ToList();
        await using var command = new NpgsqlCommand(VectorSpaceSql.AddWanted, transaction.Connection, transaction)
        {
            Parameters =
            {
                new() { Value = tenantId },
                new() { Value = wanted.Select(row => row.Model).ToArray() },
                new() { Value = wanted.Select(row => row.Id).ToArray() },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Lets complete models serve, and removes those nobody wants once every wanted one serves. Their vectors stay for the caller to drop.</summary>
    /// <remarks>The caller holds the rules alone.</remarks>
    /// <returns>How many models serve from now on, and how many are gone.</returns>
    public static async Task<(int Serving, int Removed)> SwapAsync(
        NpgsqlTransaction transaction, string tenantId, IndexingRules rules, IReadOnlyCollection<string> complete, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(rules);
        var wanted = rules.WantedProviders().Select(row => row.Model).Distinct(StringComparer.Ordinal).ToArray();
        await using var serve = new NpgsqlCommand(VectorSpaceSql.Serve, transaction.Connection, transaction)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = complete.Intersect(wanted, StringComparer.Ordinal).ToArray() } },
        };
        var serving = await serve.ExecuteNonQueryAsync(cancellationToken);
        await using var remove = new NpgsqlCommand(VectorSpaceSql.RemoveUnwanted, transaction.Connection, transaction)
        {
            Parameters = { new() { Value = tenantId }, new() { Value = wanted } },
        };
        return (serving, await remove.ExecuteNonQueryAsync(cancellationToken));
    }
}
