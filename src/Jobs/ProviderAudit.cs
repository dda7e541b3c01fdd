using System.Text.Json;
using Npgsql;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Search.Embedding.Providers;

namespace ScaiDrive.Jobs;

/// <summary>Leaves an event when a provider fails, is stood in for, or is back.</summary>
internal sealed class ProviderAudit(AuditLog audit) : IProviderListener
{
    public Task OnChangeAsync(NpgsqlTransaction transaction, ProviderChange change, CancellationToken cancellationToken)
    {
        var (action, severity) = change.Kind switch
        {
            ProviderChangeKind.Down => ("provider_down", AuditSeverities.Warning),
            ProviderChangeKind.FallbackBegan => ("provider_fallback_started", AuditSeverities.Warning),
            ProviderChangeKind.FallbackEnded => ("provider_fallback_ended", AuditSeverities.Info),
            _ => ("provider_up", AuditSeverities.Info),
        };
        return audit.AddAsync(
            transaction,
            new AuditEvent(change.Provider.TenantId, AuditCategories.Security, $"vectorization.{action}", severity)
            {
                TargetType = "vectorization_provider",
                TargetId = change.Provider.Id,
                DetailsJson = JsonSerializer.Serialize(new
                {
                    name = change.Provider.Name,
                    model = change.Provider.Model,
                    code = change.Code,
                    message = change.Message,
                    stand_in_id = change.StandInId,
                }),
            },
            cancellationToken);
    }
}
