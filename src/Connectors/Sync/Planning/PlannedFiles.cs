using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Connectors.Sync.Planning;

/// <summary>Which files of the share the plan of a run names already.</summary>
internal sealed class PlannedFiles(SyncPass pass, Database dataSource)
{
    internal async Task<HashSet<string>> OfAsync(string[] fileIds, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(PlanSql.PlannedFiles);
        foreach (var value in new object[] { pass.Connector.TenantId, pass.Run.Id, fileIds })
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var planned = new HashSet<string>(StringComparer.Ordinal);
        while (await row.ReadAsync(cancellationToken))
            planned.Add(row.GetString(0));
        return planned;
    }
}
