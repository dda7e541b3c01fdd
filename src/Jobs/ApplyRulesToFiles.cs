using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Providers;

namespace ScaiDrive.Jobs;

/// <summary>Asks that some files follow the rules of where they are by now.</summary>
/// <param name="FileIds">Files of one tenant that moved, or got another name or type, in one transaction.</param>
public sealed record ApplyRulesToFiles(IReadOnlyList<string> FileIds) : IJobArgs
{
    /// <inheritdoc />
    public static string Kind => "apply-rules-to-files";
}

internal sealed class ApplyRulesToFilesHandler(EmbeddingProviders providers, FilesUnderRules files) : IJobHandler<ApplyRulesToFiles>
{
    public async Task<JobOutcome> RunAsync(ApplyRulesToFiles args, JobContext job, CancellationToken cancellationToken)
    {
        await using var transaction = await job.BeginAsync(cancellationToken);
        var rules = await providers.HoldRulesAsync(transaction.Transaction, job.TenantId, cancellationToken);
        await files.ApplyAsync(transaction.Transaction, rules, args.FileIds, job, cancellationToken);
        await transaction.CommitAndCompleteAsync(cancellationToken);
        return new JobOutcome.Completed();
    }
}
