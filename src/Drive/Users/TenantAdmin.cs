using System.Text.Json;
using Npgsql;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Drive.RateLimits;
using ScaiDrive.Store;

namespace ScaiDrive.Drive.Users;

/// <summary>Shows and changes tenants: each change with its event, in one transaction.</summary>
public sealed class TenantAdmin(Database dataSource, AuditLog audit)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Converters = { new RateSettingsReader() } };

    /// <summary>The tenant, or null.</summary>
    public Task<TenantCard?> FindAsync(string tenantId, CancellationToken cancellationToken) =>
        ItemRows.FirstAsync(dataSource.Command(TenantSql.Find, Arg.Of(tenantId)), Read, cancellationToken);

    /// <summary>A page of the tenants of a partner, in the order of their ids, and how many there are in all.</summary>
    public async Task<(IReadOnlyList<TenantCard> Tenants, long Total)> ListAsync(string partnerId, int limit, int offset, CancellationToken cancellationToken)
    {
        using var others = TenantWall.Outside(); // the partner's tenants, beside the caller's own
        var page = await ItemRows.AllAsync(dataSource.Command(TenantSql.OfPartner, Arg.Of(partnerId), Arg.Of(limit), Arg.Of(offset)), Read, cancellationToken);
        await using var count = dataSource.Command(TenantSql.CountOfPartner, Arg.Of(partnerId));
        return (page, (long)(await count.ExecuteScalarAsync(cancellationToken))!);
    }

    /// <summary>Changes the caller's tenant.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="displayName">For people; null: as it is.</param>
    /// <param name="settings">By name as in <see cref="TenantSettings"/>, in snake case; what is not named stays. They have been checked.</param>
    /// <param name="cancellationToken">Ends it before the commit.</param>
    public async Task<TenantCard?> ChangeAsync(
        Caller caller, string? displayName, IReadOnlyDictionary<string, object?> settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var changed = JsonSerializer.Serialize(settings);
        var after = await ItemRows.FirstAsync(
            transaction.Command(TenantSql.Change, Arg.Of(caller.TenantId), Arg.Of(displayName), Arg.Of(changed)), Read, cancellationToken);
        if (after is null)
            return null;
        await audit.AddAsync(
            transaction,
            Event(caller, caller.TenantId, caller.TenantId, "tenant.changed", JsonSerializer.Serialize(new { display_name = displayName, settings })),
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return after;
    }

    /// <summary>Makes a tenant of a partner; null when the id is taken.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="partnerId">Whose.</param>
    /// <param name="tenantId">As ScaiKey knows it; null makes a new id.</param>
    /// <param name="name">For programs and lists.</param>
    /// <param name="displayName">For people.</param>
    /// <param name="cancellationToken">Ends it before the commit.</param>
    public async Task<TenantCard?> CreateAsync(
        Caller caller, string partnerId, string? tenantId, string name, string? displayName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        using var others = TenantWall.Outside(); // a tenant that is not the caller's
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var made = await ItemRows.FirstAsync(
            transaction.Command(TenantSql.Insert, Arg.Of(tenantId ?? PrefixedId.New("tnt")), Arg.Of(partnerId), Arg.Of(name), Arg.Of(displayName)), Read, cancellationToken);
        if (made is null)
            return null;
        // Where whoever made it can find it: in their own tenant.
        await audit.AddAsync(
            transaction, Event(caller, caller.TenantId, made.Id, "tenant.created", JsonSerializer.Serialize(new { partner_id = partnerId, name })), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return made;
    }

    private static TenantCard Read(NpgsqlDataReader row) => new(
        row.GetString(0), ItemRows.Text(row, 1), row.GetString(2), row.GetString(3), row.GetString(4), ItemRows.Time(row, 5),
        JsonSerializer.Deserialize<TenantSettings>(row.GetString(6), Json)!);

    private static AuditEvent Event(Caller caller, string tenantId, string targetId, string action, string facts) =>
        new(tenantId, AuditCategories.Admin, action, AuditSeverities.Info)
        {
            ActorId = caller.UserId,
            TargetType = "tenant",
            TargetId = targetId,
            DetailsJson = facts,
        };
}
