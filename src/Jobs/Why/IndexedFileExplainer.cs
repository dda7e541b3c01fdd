using ScaiDrive.Drive;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Policies;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Ledger;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Jobs;

/// <summary>Explains a file that is in the drive: how far it is in the index, and what keeps it from being found.</summary>
public sealed class IndexedFileExplainer(
    FileLedger ledger, FileStates states, PolicyStore policies, EmbeddingProviders providers, ISearchEngine engine, QueueReader jobs, JobExplainer explainer)
{
    internal async Task<FileExplanation> ExplainAsync(DriveFile file, CancellationToken cancellationToken)
    {
        var rules = await providers.ReadRulesAsync(file.TenantId, cancellationToken);
        var decision = rules.Decide(file.ShareId, file.Path, file.MimeType);
        var status = await ledger.FindAsync(file.TenantId, file.Id, cancellationToken);
        var state = await states.FindAsync(file.TenantId, file.Id, cancellationToken);
        var node = await NodeAsync(file, cancellationToken);
        var meaning = state is null ? [] : await MeaningAsync(rules, decision, state, status, cancellationToken);
        List<WhyCause> causes =
        [
            .. state is null ? [WhyCause.Of(WhyCodes.NotInIndex, $"{file.Path} is in the drive, and the index does not have it.")] : Array.Empty<WhyCause>(),
            .. await PendingAsync(file, status, cancellationToken),
            .. Verdict(status),
            .. node,
            .. meaning,
        ];
        var words = status is { Indexed: true, ChunkCount: > 0 };
        if (causes.Count == 0)
            causes.Add(WhyCause.Of(WhyCodes.Indexed, $"{file.Path} is found by its name, its words{(decision.Semantic ? " and its meaning" : "")}.") with { Since = status?.IndexedAt });
        return new()
        {
            File = file,
            ByName = state is not null && node.Count == 0,
            ByWords = words && node.Count == 0,
            ByMeaning = words && node.Count == 0 && state is not null && meaning.Count == 0,
            Causes = causes,
            Status = status,
            Policy = (await policies.ListAsync(file.TenantId, cancellationToken)).Policies.FirstOrDefault(policy => policy.Rule.Id == decision.PolicyId),
        };
    }

    private static IEnumerable<WhyCause> Verdict(FileStatus? status)
    {
        if (status is not { Status: "skipped" or "failed", ReasonCode: { } reason })
            yield break;
        var stage = status.Stages.LastOrDefault(each => each.ReasonCode == reason);
        yield return new(reason, stage?.Detail ?? $"The stage {stage?.Stage} ended as {status.Status}.", status.Hint) { Since = stage?.RecordedAt };
    }

    private async Task<IReadOnlyList<WhyCause>> PendingAsync(DriveFile file, FileStatus? status, CancellationToken cancellationToken)
    {
        var page = await jobs.ListAsync(new JobFilter { TenantId = file.TenantId, SubjectId = file.Id, Limit = 20 }, cancellationToken);
        var causes = new List<WhyCause>();
        foreach (var job in page.Jobs.Where(each => each.FinishedAt is null && FileJobs.Kinds.Contains(each.Kind)))
        {
            if (await explainer.ExplainAsync(file.TenantId, job.Id, cancellationToken) is { } why)
            {
                // A job about meaning alone does not keep words from being found.
                var code = job.Kind == EmbedText.Kind ? WhyCodes.VectorsPending : WhyCodes.Pending;
                causes.Add(WhyCause.Of(code, $"Job {job.Id} ({job.Kind}): {why.Sentence}{Note(job)}") with { JobId = job.Id, Since = job.CreatedAt, Until = why.Causes[0].Until });
            }
        }

        if (causes.Count == 0 && status is null or { Status: "pending" })
            causes.Add(WhyCause.Of(WhyCodes.Pending, "The file is on its way, and its next job has not been enqueued yet.") with { Since = file.ModifiedAt });
        return causes;
    }

    private static string Note(JobRow job) => job switch
    {
        { WaitReason: { } reason } => $" {reason}",
        { ErrorCode: { } code } => $" Last error: {code}: {job.ErrorMessage}",
        _ => "",
    };

    private async Task<IReadOnlyList<WhyCause>> NodeAsync(DriveFile file, CancellationToken cancellationToken)
    {
        if (!await engine.IsHealthyAsync(cancellationToken))
            return [WhyCause.Of(WhyCodes.IndexUnavailable, "The index that answers searches does not answer.")];
        if (engine is not IFollowsLog follower)
            return [];
        return await follower.BehindAsync(file.TenantId, cancellationToken) switch
        {
            null => [WhyCause.Of(WhyCodes.IndexBehind, "The index of this node is being built.")],
            > 0 and var changes => [WhyCause.Of(WhyCodes.IndexBehind, $"The index of this node has {changes} changes to take over.")],
            _ => [],
        };
    }

    private async Task<IReadOnlyList<WhyCause>> MeaningAsync(
        IndexingRules rules, PolicyDecision decision, FileState state, FileStatus? status, CancellationToken cancellationToken)
    {
        if (!decision.IndexContent || status is not { Indexed: true })
            return [];
        if (!decision.Semantic)
            return [WhyCause.Of(WhyCodes.MeaningOff, "Its policy indexes the words of its content only.")];
        var causes = new List<WhyCause>();
        var stage = status.Stages.FirstOrDefault(each => each.Stage == LedgerStages.Embed);
        var serves = rules.Spaces.Any(space => space.IsServing && state.Models.Contains(space.Model));
        if (!serves && state.HasCurrentText)
        {
            causes.Add(stage?.State == LedgerStates.Failed
                ? WhyCause.Of(WhyCodes.VectorsFailed, stage.Detail ?? "Its text could not be embedded.") with { Since = stage.RecordedAt }
                : WhyCause.Of(WhyCodes.VectorsPending, stage?.Detail ?? "Its text waits for its vectors.") with { Since = stage?.RecordedAt });
        }

        if (await providers.ProbeAsync(decision.Provider.TenantId, cancellationToken) is { Available: false } probe)
            causes.Add(WhyCause.Of(WhyCodes.EmbeddingDown, $"{probe.Code}: {probe.Message}"));
        return causes;
    }
}
