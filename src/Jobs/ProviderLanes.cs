using Npgsql;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Jobs;

/// <summary>The jobs that wait for one provider stand in a line of their own, so that when it fails or asks to wait, they wait together and no others.</summary>
public sealed class ProviderLanes(QueueRules rules)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestForSettings = TimeSpan.FromSeconds(10);

    // A provider that is back, or a policy that points elsewhere by then, is found after this long even if nobody said so.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestForSettings = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestWish = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan WithoutWish = TimeSpan.FromSeconds(5);

    /// <summary>The rule key of a provider's jobs: limits set there hold for them.</summary>
    public static string RuleKeyOf(string tenantId, string providerId) => $"key:{LimitKeyOf(tenantId, providerId)}";

    /// <summary>Lets the jobs of a tenant's providers run with the caller's commit: a provider or a policy has changed.</summary>
    public Task WakeAsync(NpgsqlTransaction transaction, IReadOnlyList<ProviderRow> providers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(providers);
        return rules.EndThrottlesAsync(transaction, KeysOf(providers), exceptReason: null, cancellationToken);
    }

    /// <summary>Lets the jobs of a provider run that answers again. A time that it asked for itself is still waited for.</summary>
    internal Task AnswersAsync(NpgsqlTransaction transaction, ProviderRow row, CancellationToken cancellationToken) =>
        rules.EndThrottlesAsync(transaction, KeysOf([row]), FaultCodes.Throttled, cancellationToken);

    internal static string LimitKeyOf(string tenantId, string providerId) => $"embed:{tenantId}:{providerId}";

    /// <summary>Waits for what the fault needs: the time the provider asked for; or half as long again as it has failed, within bounds.</summary>
    internal static JobOutcome Wait(string tenantId, ProviderRow row, EmbeddingUnavailableException fault)
    {
        var half = fault.FailingFor / 2;
        var delay = fault.Kind switch
        {
            EmbeddingFaultKind.Throttled => Between(fault.RetryAfter ?? WithoutWish, TimeSpan.FromMilliseconds(100), LongestWish),
            EmbeddingFaultKind.Outage => Between(fault.RetryAfter > half ? fault.RetryAfter.Value : half, Shortest, Longest),
            _ => Between(half, ShortestForSettings, LongestForSettings),
        };
        return new JobOutcome.Throttled(delay, $"{fault.Code}: {fault.Message}", RuleKeyOf(tenantId, row.Id));
    }

    private static string[] KeysOf(IReadOnlyList<ProviderRow> providers) => [.. providers.Select(row => RuleKeyOf(row.TenantId, row.Id))];

    private static TimeSpan Between(TimeSpan wanted, TimeSpan least, TimeSpan most) => wanted < least ? least : wanted > most ? most : wanted;
}
