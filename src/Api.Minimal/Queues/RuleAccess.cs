using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Connectors;
using ScaiDrive.Drive;
using ScaiDrive.Queue;

namespace ScaiDrive.Api.Minimal.Queues;

/// <summary>Who may see and set which rule. A rule works on the jobs of every tenant that carry its key.</summary>
/// <remarks>Admins decide about their own tenant and its connectors; queues, kinds and shared keys belong to the fleet's operator.</remarks>
internal sealed class RuleAccess(ConnectorStore connectors)
{
    /// <summary>Null when the caller may set the rule.</summary>
    internal async Task<ApiError?> RefusalAsync(Caller caller, RuleKey key, CancellationToken cancellationToken)
    {
        if (!caller.IsAdmin)
            return ApiError.Denied("Only an admin may change rules.");
        return key.About switch
        {
            "tenant" when key.Name == caller.TenantId => null,
            "tenant" => ApiError.Denied("A rule about a tenant can only be set from within that tenant."),
            "connector" when await connectors.FindAsync(caller.TenantId, key.Name, cancellationToken) is not null => null,
            "connector" => ApiError.NotFound("connector", key.Name),
            _ when caller.IsOperator => null,
            _ => ApiError.Denied($"{key} concerns all tenants; only the operator of the fleet may change it."),
        };
    }

    /// <summary>The rules the caller may see: the own ones and, because they hold the own jobs up too, those of queues, kinds and shared keys for the operator.</summary>
    internal async Task<IReadOnlyList<QueueRule>> VisibleAsync(Caller caller, IReadOnlyList<QueueRule> rules, CancellationToken cancellationToken)
    {
        var own = rules.Any(rule => RuleKey.Parse(rule.Key).About == "connector")
            ? (await connectors.ListAsync(caller.TenantId, cancellationToken)).Select(connector => connector.Id).ToHashSet(StringComparer.Ordinal)
            : [];
        return [.. rules.Where(rule => RuleKey.Parse(rule.Key) switch
        {
            { About: "tenant" } key => key.Name == caller.TenantId,
            { About: "connector" } key => own.Contains(key.Name),
            _ => caller.IsOperator,
        })];
    }
}
