using System.Text.Json;
using Npgsql;
using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Connectors.Permissions;
using ScaiDrive.Drive;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Queue;
using ScaiDrive.Store;

namespace ScaiDrive.Jobs;

/// <summary>A change of a connector.</summary>
/// <param name="Wanted">As it shall be.</param>
/// <param name="Members">Names of what the change names, for the audit log.</param>
public sealed record ConnectorChange(Connector Wanted, IReadOnlyList<string> Members)
{
    /// <summary>Whether the change names a password or key.</summary>
    public bool HasSecret { get; init; }

    /// <summary>The new one; null takes it away.</summary>
    public string? Secret { get; init; }
}

/// <summary>Sets connectors up, changes, stops and removes them: checked, and with an event, in one transaction each.</summary>
public sealed class ConnectorAdmin(
    Database dataSource, ConnectorStore connectors, ConnectorSources sources, ConflictStore conflicts, IdentityMappings mappings, JobQueue queue,
    AuditLog audit, TimeProvider time)
{
    /// <summary>Sets a connector up.</summary>
    /// <exception cref="ConnectorException">A value cannot work.</exception>
    public async Task<Connector> CreateAsync(Caller caller, NewConnector connector, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(connector);
        sources.Check(connector.Type, connector.Settings, connector.Rules, connector.Secret);
        return await InTransactionAsync(
            async transaction =>
            {
                var created = await connectors.CreateAsync(transaction, caller.TenantId, connector, cancellationToken);
                await AuditAsync(transaction, caller, created, "created", Facts(created), cancellationToken);
                return created;
            },
            cancellationToken);
    }

    /// <summary>Changes a connector as it is when it is held, so that two changes of different fields both stay.</summary>
    /// <param name="caller">Who changes it.</param>
    /// <param name="connectorId">Which.</param>
    /// <param name="change">Makes of the present one what it shall be.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <returns>As it is now; null when it does not exist.</returns>
    /// <exception cref="ConnectorException">A value cannot work.</exception>
    public async Task<Connector?> ChangeAsync(
        Caller caller, string connectorId, Func<Connector, ConnectorChange> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(change);
        return await InTransactionAsync(
            async transaction =>
            {
                if (await connectors.HoldAsync(transaction, caller.TenantId, connectorId, cancellationToken) is not { } present)
                    return null;
                var wanted = change(present);
                if (wanted.HasSecret)
                {
                    sources.Check(wanted.Wanted.Type, wanted.Wanted.Settings, wanted.Wanted.Rules, wanted.Secret);
                    await connectors.SetSecretAsync(transaction, caller.TenantId, connectorId, wanted.Secret, cancellationToken);
                    await AuditAsync(transaction, caller, present, "secret_changed", new { present.Name, removed = wanted.Secret is null }, cancellationToken);
                }
                else
                {
                    await sources.CheckAsync(wanted.Wanted, cancellationToken);
                }

                await connectors.UpdateAsync(transaction, wanted.Wanted, cancellationToken);
                await AuditAsync(transaction, caller, present, "changed", new { wanted.Wanted.Name, wanted.Members }, cancellationToken);
                return await connectors.HoldAsync(transaction, caller.TenantId, connectorId, cancellationToken);
            },
            cancellationToken);
    }

    /// <summary>Forgets a connector; its files in the share stay. A run that waits is cancelled, one that goes on ends at its next batch.</summary>
    /// <returns>False when it does not exist.</returns>
    public Task<bool> DeleteAsync(Caller caller, string connectorId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return InTransactionAsync(
            async transaction =>
            {
                if (await connectors.HoldAsync(transaction, caller.TenantId, connectorId, cancellationToken) is not { } present)
                    return false;
                await connectors.DeleteAsync(transaction, caller.TenantId, connectorId, cancellationToken);
                await queue.CancelBySubjectsAsync(
                    transaction, caller.TenantId, [connectorId], [SyncConnector.Kind], ConnectorCodes.NotFound, "The connector was deleted.", null, cancellationToken);
                await AuditAsync(transaction, caller, present, "deleted", Facts(present), cancellationToken);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Stops a connector until it is resumed; a run that goes on ends at its next batch.</summary>
    /// <returns>As it is now; null when it does not exist.</returns>
    public Task<Connector?> PauseAsync(Caller caller, string connectorId, string? reason, CancellationToken cancellationToken) => SwitchAsync(
        caller,
        connectorId,
        "paused",
        reason,
        (transaction, _) => connectors.PauseAsync(transaction, caller.TenantId, connectorId, reason, cancellationToken),
        cancellationToken);

    /// <summary>Lets a paused connector run again, at once when the pause kept it from a run; does nothing to one that is not paused.</summary>
    /// <returns>As it is now; null when it does not exist.</returns>
    public Task<Connector?> ResumeAsync(Caller caller, string connectorId, CancellationToken cancellationToken) => SwitchAsync(
        caller,
        connectorId,
        "resumed",
        null,
        (transaction, paused) => ResumeAsync(transaction, paused, cancellationToken),
        cancellationToken);

    /// <summary>Notes what a person decided about an open conflict; the next run does it.</summary>
    /// <returns>False when it is not open.</returns>
    public Task<bool> DecideAsync(Caller caller, Connector connector, string conflictId, ConflictDecision decision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(connector);
        return InTransactionAsync(
            async transaction =>
            {
                if (!await conflicts.DecideAsync(transaction, caller.TenantId, connector.Id, conflictId, decision, cancellationToken))
                    return false;
                await AuditAsync(
                    transaction, caller, connector, "conflict_decided", new { connector.Name, conflict_id = conflictId, keep = decision.ToString() }, cancellationToken);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Replaces the table that says whom the accounts of a source are.</summary>
    /// <returns>What was taken over; or what is wrong, by line, with nothing changed.</returns>
    public async Task<MappingUpload> MapIdentitiesAsync(Caller caller, Connector connector, string csv, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(connector);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var upload = await mappings.UploadAsync(transaction, caller.TenantId, connector.Id, csv, cancellationToken);
        if (upload.Faults.Count > 0)
            return upload;
        await AuditAsync(transaction, caller, connector, "identities_mapped", new { connector.Name, upload.Rows }, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return upload;
    }

    private async Task<bool> ResumeAsync(NpgsqlTransaction transaction, Connector paused, CancellationToken cancellationToken)
    {
        if (!await connectors.ResumeAsync(transaction, paused.TenantId, paused.Id, cancellationToken))
            return false;
        // The schedule has dropped what fell into the pause and fires next in its rhythm, which may be a day away.
        if (await WasHeldBackAsync(paused, cancellationToken))
            await queue.EnqueueAsync(transaction, new SyncConnector(paused.Id, ConnectorRuns.Scheduled), ConnectorRuns.Options(paused), cancellationToken);
        return true;
    }

    /// <summary>Whether a time of the schedule passed, or a run was broken off.</summary>
    private async Task<bool> WasHeldBackAsync(Connector paused, CancellationToken cancellationToken) =>
        time.GetUtcNow() - (paused.LastSyncAt ?? paused.CreatedAt) >= TimeSpan.FromMinutes(paused.SyncIntervalMinutes)
        || await connectors.ListRunsAsync(paused.TenantId, paused.Id, null, 1, cancellationToken) is [{ Status: "running", IsDryRun: false }];

    private Task<Connector?> SwitchAsync(
        Caller caller, string connectorId, string action, string? reason, Func<NpgsqlTransaction, Connector, Task<bool>> change,
        CancellationToken cancellationToken) =>
        InTransactionAsync(
            async transaction =>
            {
                if (await connectors.HoldAsync(transaction, caller.TenantId, connectorId, cancellationToken) is { } present && await change(transaction, present))
                    await AuditAsync(transaction, caller, present, action, new { present.Name, reason }, cancellationToken);
                return await connectors.HoldAsync(transaction, caller.TenantId, connectorId, cancellationToken);
            },
            cancellationToken);

    // Settings hold no secret: those have a column of their own.
    private static object Facts(Connector connector) => new
    {
        connector.Name,
        connector.Type,
        connector.Settings,
        connector.TargetShareId,
        connector.TargetPath,
        direction = connector.Rules.Direction.ToString(),
    };

    private Task AuditAsync(NpgsqlTransaction transaction, Caller caller, Connector connector, string action, object facts, CancellationToken cancellationToken) =>
        audit.AddAsync(transaction, ConnectorAudit.Event(caller, connector.Id, action, facts), cancellationToken);

    private async Task<T> InTransactionAsync<T>(Func<NpgsqlTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await work(transaction);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }
}

/// <summary>Events about connectors.</summary>
internal static class ConnectorAudit
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    internal static AuditEvent Event(Caller caller, string connectorId, string action, object facts) =>
        new(caller.TenantId, AuditCategories.Admin, $"connector.{action}", AuditSeverities.Info)
        {
            ActorId = caller.UserId,
            TargetType = "connector",
            TargetId = connectorId,
            DetailsJson = JsonSerializer.Serialize(facts, Json),
        };
}
