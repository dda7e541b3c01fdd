using ScaiDrive.Connectors;
using ScaiDrive.Connectors.Filtering;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Queue;

namespace ScaiDrive.Jobs;

/// <summary>Explains what the connectors that mirror into a place have to do with a file that is not there.</summary>
public sealed class ConnectorExplainer(ConnectorStore connectors, Schedules schedules, TimeProvider time)
{
    // Stands in line before the newest finished one, which says what was seen.
    private const int NewestRuns = 5;

    internal async Task<(IReadOnlyList<Connector> Connectors, IReadOnlyList<WhyCause> Causes)> FindAsync(
        string tenantId, string shareId, string path, CancellationToken cancellationToken)
    {
        var (mirrors, causes) = (new List<Connector>(), new List<WhyCause>());
        foreach (var connector in await connectors.ListAsync(tenantId, cancellationToken))
        {
            if (connector.TargetShareId != shareId || SourcePathOf(connector, path) is not { } source)
                continue;
            mirrors.Add(connector);
            causes.AddRange(await ExplainAsync(connector, source, cancellationToken));
        }

        return (mirrors, causes);
    }

    private static string? SourcePathOf(Connector connector, string path)
    {
        var (target, wanted) = (connector.TargetPath.Trim('/'), path.Trim('/'));
        return target.Length == 0 ? wanted
            : wanted.Length > target.Length && SourcePath.IsAtOrBelow(wanted, target) ? wanted[(target.Length + 1)..]
            : null;
    }

    private async Task<IReadOnlyList<WhyCause>> ExplainAsync(Connector connector, string path, CancellationToken cancellationToken)
    {
        var filter = new PathFilter(connector.IncludePatterns, connector.ExcludePatterns, connector.PatternsIgnoreCase);
        if (filter.FindExclusion(path) is { } exclusion)
        {
            return
            [
                Of(connector, WhyCodes.ExcludedByPattern, exclusion.Pattern is null
                    ? $"{path} fits none of the include patterns of {connector.Name}: {string.Join(", ", connector.IncludePatterns)}."
                    : $"{exclusion.Path} fits the exclude pattern '{exclusion.Pattern}' of {connector.Name}."),
            ];
        }

        var runs = await connectors.ListRunsAsync(connector.TenantId, connector.Id, beforeId: null, NewestRuns, cancellationToken);
        var last = runs.FirstOrDefault(run => run.Status != "running");
        var complete = runs.FirstOrDefault(run => run.Status == "completed");
        List<WhyCause> causes = [];
        foreach (var run in runs.Where(run => run == last || run == complete || run.Status == "running"))
            causes.AddRange(await ProblemsAsync(connector, run, path, cancellationToken));
        causes.AddRange(Standing(connector, last, time.GetUtcNow()));
        if (causes.Exists(cause => cause.Code is WhyCodes.UnreadableAtSource or WhyCodes.LockedAtSource or WhyCodes.NameNotMirrored or WhyCodes.InConflict))
            return causes;
        var next = await NextFireAsync(connector, cancellationToken);
        causes.Add(Seen(connector, runs.FirstOrDefault(run => run.Status == "running"), complete, path) with { Until = next });
        return causes;
    }

    private static WhyCause Seen(Connector connector, Run? running, Run? complete, string path) =>
        running is not null
            ? Of(connector, WhyCodes.NotScannedYet, $"A pass of {connector.Name} is under way ({running.Phase}{(running.Cursor is null ? "" : $", at {running.Cursor}")}) and has not come to {path}.") with { Since = running.StartedAt }
        : complete is null
            ? Of(connector, WhyCodes.NotScannedYet, $"{connector.Name} has not gone through its source once.") with { Since = connector.CreatedAt }
        : Of(connector, WhyCodes.NotAtSource, $"The last complete pass of {connector.Name} saw no {path} that could be mirrored.") with { Since = complete.FinishedAt };

    private async Task<IReadOnlyList<WhyCause>> ProblemsAsync(Connector connector, Run run, string path, CancellationToken cancellationToken)
    {
        List<string> paths = [path];
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            paths.Add(path[..slash]);
        var problems = await connectors.FindProblemsAsync(connector.TenantId, run.Id, paths, cancellationToken);
        return
        [
            .. problems.Take(1).Select(problem => new WhyCause(CodeOf(problem), $"{problem.Path}: {problem.Code}: {problem.Detail}", problem.Hint)
            {
                Since = problem.At,
                ConnectorId = connector.Id,
            }),
        ];
    }

    private static string CodeOf(Problem problem) => problem.Code switch
    {
        ProblemCodes.Locked => WhyCodes.LockedAtSource,
        ProblemCodes.NameNotAllowed or ProblemCodes.InvalidName or ProblemCodes.NameNotUtf8 or ProblemCodes.NameConflict or ProblemCodes.CaseConflict => WhyCodes.NameNotMirrored,
        ProblemCodes.Conflict or ProblemCodes.ConflictOpen => WhyCodes.InConflict,
        _ => WhyCodes.UnreadableAtSource,
    };

    private static IEnumerable<WhyCause> Standing(Connector connector, Run? last, DateTimeOffset now)
    {
        if (connector.Status == ConnectorStatus.Paused)
            yield return Of(connector, WhyCodes.ConnectorPaused, $"{connector.Name} is paused. {connector.StatusMessage}".TrimEnd());
        else if (QuietTimes.EndOfRest(connector.Rules.QuietHours, now) is { } until)
            yield return Of(connector, WhyCodes.QuietHours, $"{connector.Name} leaves its source alone until {until:yyyy-MM-dd HH:mm} UTC.") with { Until = until };
        else if (last is { Status: "failed" })
        {
            // Nothing is deleted before somebody has looked: at a root that looks like another one, or at a number that looks like an accident.
            var code = last.ErrorCode switch
            {
                ConnectorCodes.MassDelete => WhyCodes.DeletionsHeld,
                ConnectorCodes.SourceReplaced => WhyCodes.SourceReplaced,
                _ => WhyCodes.ConnectorFailing,
            };
            yield return Of(connector, code, $"The last pass of {connector.Name} failed: {last.ErrorCode}: {last.ErrorMessage}") with { Since = last.FinishedAt };
        }
    }

    private async Task<DateTimeOffset?> NextFireAsync(Connector connector, CancellationToken cancellationToken)
    {
        var page = await schedules.ListAsync(new ScheduleFilter { TenantId = connector.TenantId, Connector = connector.Id, Limit = 10 }, cancellationToken);
        return page.Schedules.FirstOrDefault(schedule => schedule.OwnerId == connector.Id)?.NextFireAt;
    }

    private static WhyCause Of(Connector connector, string code, string message) => WhyCause.Of(code, message) with { ConnectorId = connector.Id };
}
