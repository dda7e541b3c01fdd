using System.Text.Json;
using Npgsql;
using ScaiDrive.Drive;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Policies;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Store;

namespace ScaiDrive.Jobs;

/// <summary>A change of policies: what it leads to, and what it comes to.</summary>
/// <param name="Policies">All policies with the change.</param>
/// <param name="Estimate">What it causes; null when the change was made, but reckoning took too long.</param>
/// <param name="JobId">The job that does it; null when nothing was changed yet.</param>
public sealed record PolicyChange(PolicyList Policies, ReworkEstimate? Estimate, long? JobId);

/// <summary>Changes policies, and lets the files follow that the change affects, and no others.</summary>
public sealed class PolicyChanges(
    Database dataSource, EmbeddingProviders providers, PolicyStore policies, ReworkEstimator estimator, ProviderLanes lanes, JobQueue queue,
    QueueReader jobs, AuditLog audit)
{
    /// <summary>Makes a change, or only says what it would come to.</summary>
    /// <param name="caller">Who changes them, and whose they are.</param>
    /// <param name="policyId">The policy that is added, changed or taken away.</param>
    /// <param name="change">The change; asked twice, and gives the same both times.</param>
    /// <param name="dryRun">Whether nothing is changed.</param>
    /// <param name="cancellationToken">Stops before the commit.</param>
    /// <exception cref="PolicyException">The change is refused.</exception>
    public async Task<PolicyChange> ChangeAsync(
        Caller caller, string policyId, Func<PolicyList, PolicyList> change, bool dryRun, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(change);
        var tenantId = caller.TenantId;
        var before = await providers.ReadRulesAsync(tenantId, cancellationToken);
        var planned = change(await policies.ListAsync(tenantId, cancellationToken));
        // Before the rules are held: nobody waits for the reckoning.
        var estimate = await EstimateAsync(tenantId, before, planned.Within(before), dryRun, cancellationToken);
        if (dryRun)
            return new(planned, estimate, null);

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var present = await policies.HoldAsync(transaction, tenantId, cancellationToken);
        var changed = change(present);
        await policies.SaveAsync(transaction, tenantId, changed, cancellationToken);
        var job = await RulesChangedAsync(transaction, tenantId, cancellationToken);
        await AuditAsync(transaction, caller, policyId, present, changed, cancellationToken);
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

    private async Task AuditAsync(
        NpgsqlTransaction transaction, Caller caller, string policyId, PolicyList before, PolicyList after, CancellationToken cancellationToken)
    {
        if (after.Policies.SequenceEqual(before.Policies))
            return;
        var (old, now) = (before.Policies.FirstOrDefault(one => one.Rule.Id == policyId), after.Policies.FirstOrDefault(one => one.Rule.Id == policyId));
        if ((now ?? old) is not { Rule: var rule } policy)
            return;
        var action = old is null ? "created" : now is null ? "deleted" : "changed";
        await audit.AddAsync(
            transaction,
            new AuditEvent(caller.TenantId, AuditCategories.Admin, $"vectorization.policy_{action}", AuditSeverities.Info)
            {
                ActorId = caller.UserId,
                TargetType = "vectorization_policy",
                TargetId = policyId,
                DetailsJson = JsonSerializer.Serialize(new
                {
                    name = policy.Name,
                    position = (now is null ? before : after).PositionOf(policy),
                    share_id = rule.ShareId,
                    path_prefix = rule.PathPrefix,
                    mime_pattern = rule.MimePattern,
                    index_content = rule.IndexContent,
                    semantic = rule.Semantic,
                    ocr = rule.Ocr,
                    provider_id = rule.ProviderId,
                }),
            },
            cancellationToken);
    }
}
