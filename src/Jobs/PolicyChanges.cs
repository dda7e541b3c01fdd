using Npgsql;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Policies;
using ScaiDrive.Search.Embedding.Providers;

namespace ScaiDrive.Jobs;

/// <summary>A change of policies: what it leads to, and what it comes to.</summary>
/// <param name="Policies">All policies with the change.</param>
/// <param name="Estimate">What it causes; null when the change was made, but reckoning took too long.</param>
/// <param name="JobId">The job that does it; null when nothing was changed yet.</param>
public sealed record PolicyChange(PolicyList Policies, ReworkEstimate? Estimate, long? JobId);

/// <summary>Changes policies, and lets the files follow that the change affects, and no others.</summary>
public sealed class PolicyChanges(
    NpgsqlDataSource dataSource, EmbeddingProviders providers, PolicyStore policies, ReworkEstimator estimator, ProviderLanes lanes, JobQueue queue,
    QueueReader jobs)
{
    /// <summary>Makes a change, or only says what it would come to.</summary>
    /// <param name="tenantId">Whose policies.</param>
    /// <param name="change">The change; asked twice, and gives the same both times.</param>
    /// <param name="dryRun">Whether nothing is changed.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="PolicyException">The change is refused.</exception>
    public async Task<PolicyChange> ChangeAsync(string tenantId, Func<PolicyList, PolicyList> change, bool dryRun, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        var before = await providers.ReadRulesAsync(tenantId, cancellationToken);
        var planned = change(await policies.ListAsync(tenantId, cancellationToken));
        // Before the rules are held: nobody waits for the reckoning.
        var estimate = await EstimateAsync(tenantId, before, planned.Within(before), dryRun, cancellationToken);
        if (dryRun)
            return new(planned, estimate, null);

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var changed = change(await policies.HoldAsync(transaction, tenantId, cancellationToken));
        await policies.SaveAsync(transaction, tenantId, changed, cancellationToken);
        var job = await RulesChangedAsync(transaction, tenantId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        var started = await jobs.FindStartedAsync(job, tenantId, ApplyRules.Kind, cancellationToken);
        return new(changed, estimate, started.JobId);
    }

    /// <summary>To be called at the end of every transaction that changes rules: policies, the default provider, the OCR switch or the
    /// model of a provider. Models that are wanted now are built or serve from the commit on, and one job lets the files follow.</summary>
    /// <param name="transaction">The transaction that changed them.</param>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The job; null when one is unfinished already, which notices the change.</returns>
    public async Task<long?> RulesChangedAsync(NpgsqlTransaction transaction, string tenantId, CancellationToken cancellationToken)
    {
        await PolicyStore.HoldAloneAsync(transaction, tenantId, cancellationToken);
        var rules = await providers.HoldRulesAsync(transaction, tenantId, cancellationToken);
        await VectorSpaces.AddWantedAsync(transaction, tenantId, rules, cancellationToken);
        // What waits for a provider that failed looks at once whether it is still the one to ask.
        await lanes.WakeAsync(transaction, rules.Providers, cancellationToken);
        return await queue.EnqueueAsync(transaction, new ApplyRules(), tenantId, cancellationToken);
    }

    // Whoever only asks is told that there is no answer; a change is made without one.
    private async Task<ReworkEstimate?> EstimateAsync(
        string tenantId, IndexingRules before, IndexingRules after, bool dryRun, CancellationToken cancellationToken)
    {
        try
        {
            return await estimator.EstimateAsync(tenantId, before, after, cancellationToken);
        }
        catch (NpgsqlException fault) when (
            !dryRun && fault is { InnerException: TimeoutException } or PostgresException { SqlState: PostgresErrorCodes.QueryCanceled })
        {
            return null;
        }
    }
}
