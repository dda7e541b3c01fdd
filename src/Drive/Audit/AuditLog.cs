using System.Diagnostics.CodeAnalysis;
using Npgsql;
using ScaiDrive.Store;

namespace ScaiDrive.Drive.Audit;

/// <summary>Writes events with the caller's commit, so that there is one if and only if it happened; and lists them.</summary>
public sealed class AuditLog(Database dataSource)
{
    /// <summary>Adds an event.</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "Who may write events is given the log, not a function.")]
    public async Task AddAsync(NpgsqlTransaction transaction, AuditEvent audited, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(audited);
        await using var command = transaction.Command(
            AuditSql.Add,
            Arg.Of(audited.TenantId), Arg.Of(PrefixedId.New("evt")), Arg.Of(audited.Category), Arg.Of(audited.Action), Arg.Of(audited.Severity),
            Arg.Of(audited.ActorId), Arg.Of(audited.TargetType), Arg.Of(audited.TargetId), Arg.Of(audited.DetailsJson),
            Arg.Of(ActingService.Name));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A tenant's events, newest first.</summary>
    /// <param name="tenantId">Whose.</param>
    /// <param name="filter">Which.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<AuditEvent>> ListAsync(string tenantId, AuditFilter filter, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        await using var command = dataSource.Command(
            AuditSql.List,
            Arg.Of(tenantId), Arg.Of(filter.Category), Arg.Of(filter.Severity), Arg.Of(filter.Action), Arg.Of(filter.TargetId), Arg.Of(filter.ActorId),
            Arg.Of(filter.From?.ToUniversalTime()), Arg.Of(filter.To?.ToUniversalTime()), Arg.Of(filter.BeforeId), Arg.Of(limit));
        var events = new List<AuditEvent>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            events.Add(new(tenantId, row.GetString(2), row.GetString(3), row.GetString(4))
            {
                Id = row.GetString(0),
                At = row.GetFieldValue<DateTimeOffset>(1),
                ActorId = row.IsDBNull(5) ? null : row.GetString(5),
                TargetType = row.IsDBNull(6) ? null : row.GetString(6),
                TargetId = row.IsDBNull(7) ? null : row.GetString(7),
                DetailsJson = row.GetString(8),
            });
        }

        return events;
    }
}
