using System.Collections.Concurrent;
using System.Data.Common;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ScaiDrive.Api.Minimal.Metrics;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Store;

namespace ScaiDrive.Api.Minimal.Identity;

/// <summary>Notes for auditors that a known user was refused: once in a while for each user and reason, because a program that is refused tries again and again.</summary>
internal sealed partial class RefusalAudit(Database database, AuditLog audit, TimeProvider time, ILogger<RefusalAudit> log)
{
    private const int MaxRemembered = 10_000;
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<(string TenantId, string UserId, string Reason), long> _noted = new();

    internal async Task NoteAsync(HttpContext context, string tenantId, string userId, string reason)
    {
        if (!IsDue((tenantId, userId, reason)))
            return;
        try
        {
            await using var connection = await database.OpenConnectionAsync(context.RequestAborted);
            await using var transaction = await connection.BeginTransactionAsync(context.RequestAborted);
            await audit.AddAsync(transaction, EventOf(context, tenantId, userId, reason), context.RequestAborted);
            await transaction.CommitAsync(context.RequestAborted);
        }
        catch (Exception fault) when (fault is DbException or TimeoutException)
        {
            LogNotNoted(userId, reason, fault.Message); // the refusal stands, noted or not
        }
    }

    private static AuditEvent EventOf(HttpContext context, string tenantId, string userId, string reason) =>
        new(tenantId, AuditCategories.Authorization, "access.denied", AuditSeverities.Warning)
        {
            ActorId = userId,
            TargetType = "user",
            TargetId = userId,
            DetailsJson = JsonSerializer.Serialize(new { reason, method = context.Request.Method, path = RequestMetrics.Path(context), request_id = context.TraceIdentifier }),
        };

    private bool IsDue((string TenantId, string UserId, string Reason) refusal)
    {
        if (_noted.TryGetValue(refusal, out var at) && time.GetElapsedTime(at) < Silence)
            return false;
        if (_noted.Count >= MaxRemembered)
            _noted.Clear();
        _noted[refusal] = time.GetTimestamp();
        return true;
    }

    [LoggerMessage(LogLevel.Warning, "The refusal of {UserId} ({Reason}) could not be noted for auditors: {Fault}")]
    private partial void LogNotNoted(string userId, string reason, string fault);
}
