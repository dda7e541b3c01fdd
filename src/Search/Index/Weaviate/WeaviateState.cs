using ScaiDrive.Store;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>How far the index of a tenant is.</summary>
/// <param name="Generation">Which building of it; told by both sides.</param>
/// <param name="DatabaseId">The database it was built from.</param>
/// <param name="SchemaVersion">The collections it was built for.</param>
/// <param name="Cursor">Everything in the log up to here is in it.</param>
/// <param name="BuiltThrough">While it is being built: the last file taken over. Null: complete.</param>
internal sealed record WeaviatePosition(Guid Generation, Guid DatabaseId, int SchemaVersion, long Cursor, string? BuiltThrough);

/// <summary>Keeps in PostgreSQL how far each tenant's index is, and who writes to it.</summary>
internal sealed class WeaviateState(Database database)
{
    private readonly Guid _holder = Guid.NewGuid();

    internal async Task<WeaviatePosition?> ReadAsync(string tenantId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(WeaviateSql.Read);
        command.Parameters.Add(new() { Value = tenantId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new(reader.GetGuid(0), reader.GetGuid(1), reader.GetInt32(2), reader.GetInt64(3), reader.IsDBNull(4) ? null : reader.GetString(4))
            : null;
    }

    internal Task StartAsync(string tenantId, WeaviatePosition position, CancellationToken cancellationToken) =>
        RunAsync(WeaviateSql.Start, cancellationToken, tenantId, position.Generation, position.DatabaseId, position.SchemaVersion, position.Cursor);

    internal Task MoveAsync(string tenantId, WeaviatePosition position, CancellationToken cancellationToken) =>
        RunAsync(WeaviateSql.Move, cancellationToken, tenantId, position.Generation, position.Cursor, (object?)position.BuiltThrough ?? DBNull.Value);

    /// <summary>Makes this process the writer for a while, or lets it stay that. False: another one is.</summary>
    internal async Task<bool> ClaimAsync(string tenantId, TimeSpan lease, CancellationToken cancellationToken) =>
        await RunAsync(WeaviateSql.Claim, cancellationToken, tenantId, _holder, lease) == 1;

    internal Task ReleaseAsync(string tenantId, CancellationToken cancellationToken) =>
        RunAsync(WeaviateSql.Release, cancellationToken, tenantId, _holder);

    /// <summary>The languages the tenant's files have had; null among them: not known.</summary>
    internal async Task<IReadOnlyList<string?>> LanguagesAsync(string tenantId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(WeaviateSql.Languages);
        command.Parameters.Add(new() { Value = tenantId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var languages = new List<string?>();
        while (await reader.ReadAsync(cancellationToken))
            languages.Add(reader.GetString(0) is { Length: > 0 } language ? language : null);
        return languages;
    }

    internal Task AddLanguagesAsync(string tenantId, IEnumerable<string?> languages, CancellationToken cancellationToken) =>
        RunAsync(WeaviateSql.AddLanguages, cancellationToken, tenantId, languages.Select(language => language ?? "").ToArray());

    internal Task RefuseAsync(string tenantId, string fileId, string message, CancellationToken cancellationToken) =>
        RunAsync(WeaviateSql.Refuse, cancellationToken, tenantId, fileId, message);

    internal Task AcceptAsync(string tenantId, string[] fileIds, CancellationToken cancellationToken) =>
        RunAsync(WeaviateSql.Accept, cancellationToken, tenantId, fileIds);

    private async Task<int> RunAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(value is DBNull ? new() { Value = value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text } : new() { Value = value });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
