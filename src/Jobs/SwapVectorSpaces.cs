using Microsoft.Extensions.Logging;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Policies;
using ScaiDrive.Search.Embedding.Providers;

namespace ScaiDrive.Jobs;

/// <summary>Asks that models which are being built take the place of those that serve, as soon as every file has its vectors of them.</summary>
public sealed record SwapVectorSpaces : IJobArgs
{
    /// <inheritdoc />
    public static string Kind => "swap-vector-spaces";
}

/// <summary>Looks whether the models being built are complete, and waits when they are not, the longer the more a look costs.</summary>
internal sealed class SwapVectorSpacesHandler(VectorSpaceProgress progress, EmbeddingProviders providers, JobQueue queue, TimeProvider time)
    : IJobHandler<SwapVectorSpaces>
{
    // Looking takes at most a fiftieth of the time.
    private const int PauseForCost = 50;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);

    public async Task<JobOutcome> RunAsync(SwapVectorSpaces args, JobContext job, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var rules = await providers.ReadRulesAsync(job.TenantId, cancellationToken);
        var looks = new List<SpaceLook>();
        foreach (var space in rules.Spaces.Where(space => !space.IsServing && IsWanted(rules, space)))
            looks.Add(await progress.LookAsync(job.TenantId, rules, space.Model, cancellationToken));

        await using var transaction = await job.BeginAsync(cancellationToken);
        await PolicyStore.HoldAloneAsync(transaction.Transaction, job.TenantId, cancellationToken);
        var now = await providers.HoldRulesAsync(transaction.Transaction, job.TenantId, cancellationToken);
        if (!now.Equal(rules) || !now.Spaces.SequenceEqual(rules.Spaces))
            return new JobOutcome.Snoozed(TimeSpan.Zero, "rules_changed: the rules changed while this job looked.");
        var complete = looks.Where(look => look.IsComplete).ToList();
        var (serving, removed) = await VectorSpaces.SwapAsync(transaction.Transaction, job.TenantId, now, [.. complete.Select(look => look.Model)], cancellationToken);
        foreach (var look in complete)
            await job.LogAsync(LogLevel.Information, $"{look.Model} answers searches from now on{Without(look)}", cancellationToken);
        // The vectors of the models that are gone leave the index by the same walk that compares files with rules.
        if (serving + removed > 0)
            await queue.EnqueueAsync(transaction.Transaction, new ApplyRules(), job.TenantId, cancellationToken);
        if (complete.Count == looks.Count)
        {
            await transaction.CommitAndCompleteAsync(cancellationToken);
            return new JobOutcome.Completed();
        }

        await transaction.CommitAsync(cancellationToken);
        var waiting = string.Join(", ", looks.Where(look => !look.IsComplete).Select(look => look.Model));
        return new JobOutcome.Snoozed(PauseAfter(time.GetElapsedTime(started)), $"index_building: files wait for their vectors of {waiting}.");
    }

    internal static TimeSpan PauseAfter(TimeSpan look) => TimeSpan.FromTicks(Math.Clamp(look.Ticks * PauseForCost, ShortestPause.Ticks, LongestPause.Ticks));

    private static bool IsWanted(IndexingRules rules, VectorSpace space) => rules.WantedProviders().Any(row => row.Model == space.Model);

    private static string Without(SpaceLook look) => look.Failed == 0 ? "" : $"; {look.Failed} files are without it, because their embedding failed for good";
}
