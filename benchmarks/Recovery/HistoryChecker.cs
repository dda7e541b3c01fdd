using System.Globalization;

namespace ScaiDrive.Bench.Recovery;

/// <summary>A promise of the queue that a history breaks.</summary>
/// <param name="Rule">Which one, in words.</param>
/// <param name="Job">Whose, when it is about one.</param>
/// <param name="Evidence">What was seen.</param>
internal sealed record Violation(string Rule, long? Job, string Evidence);

/// <summary>What a history shows.</summary>
/// <param name="Lost">Promised jobs without a completing effect.</param>
/// <param name="Doubled">Jobs with an effect that was committed twice.</param>
/// <param name="Violations">All that is wrong, the lost and doubled jobs included.</param>
internal sealed record Verdict(int Lost, int Doubled, IReadOnlyList<Violation> Violations);

/// <summary>Holds what happened against what the queue promises.</summary>
/// <remarks>Times are compared only where both come from the database's clock and no delay between a statement and its commit
/// can turn a right history into a wrong one.</remarks>
internal sealed class HistoryChecker
{
    private readonly History history;
    private readonly ILookup<long, Start> starts;
    private readonly ILookup<long, Effect> effects;
    private readonly Dictionary<long, FinalJob> finals;
    private readonly List<Violation> violations = [];
    private int lost;
    private int doubled;

    private HistoryChecker(History history)
    {
        this.history = history;
        starts = history.Starts.ToLookup(start => start.Job);
        effects = history.Effects.ToLookup(effect => effect.Job);
        finals = history.Finals.ToDictionary(job => job.Job);
    }

    internal static Verdict Check(History history)
    {
        var checker = new HistoryChecker(history);
        checker.CheckEnqueueing();
        foreach (var promise in history.Promises)
        {
            checker.CheckEffects(promise);
            checker.CheckFinal(promise);
            checker.CheckAttempts(promise);
        }

        checker.CheckFence();
        checker.CheckUniqueKeys();
        checker.CheckLeftovers();
        return new Verdict(checker.lost, checker.doubled, checker.violations);
    }

    private void CheckEnqueueing()
    {
        var promised = history.Promises.Select(promise => promise.Job).ToHashSet();
        foreach (var job in history.Acknowledged.Where(job => !promised.Contains(job)))
            Report("a commit that was answered holds", job, "the enqueue is gone");
        foreach (var start in history.Starts.Where(start => !promised.Contains(start.Job)))
            Report("a job that was rolled back never runs", start.Job, $"started by {start.Process}");
        foreach (var effect in history.Effects.Where(effect => !promised.Contains(effect.Job)))
            Report("a job that was rolled back has no effect", effect.Job, $"written by {effect.Process}");
        foreach (var job in history.Finals.Where(job => !promised.Contains(job.Job)))
            Report("a job that was rolled back does not exist", job.Job, $"it is {job.State}");
    }

    private void CheckEffects(Promise promise)
    {
        var completing = effects[promise.Job].Count(effect => effect.Completes);
        if (promise.Expected == Ending.Completed && completing == 0)
        {
            lost++;
            Report("every job is done", promise.Job, $"no completing effect; {Describe(promise.Job)}");
        }

        if (promise.Expected == Ending.Discarded && completing > 0)
            Report("a job that only kills is never done", promise.Job, Describe(promise.Job));
        // A part is written only if it is not there yet, and the fence lets no two attempts look at the same time.
        if (effects[promise.Job].GroupBy(effect => effect.Part).Any(part => part.Count() > 1))
        {
            doubled++;
            Report("no effect is committed twice", promise.Job, Describe(promise.Job));
        }
    }

    private void CheckFinal(Promise promise)
    {
        if (!finals.TryGetValue(promise.Job, out var final))
        {
            Report("a job that was enqueued is kept", promise.Job, "no row");
            return;
        }

        var (state, code) = promise.Expected == Ending.Completed ? ("completed", null) : ("discarded", "worker_lost");
        if (final.State != state || final.ErrorCode != code)
            Report("every job ends as it should", promise.Job, $"{final.State} {final.ErrorCode} instead of {state} {code}; {Describe(promise.Job)}");
        else if (promise.Expected == Ending.Completed && !final.HasLastLine)
            Report("the log is whole once the outcome is written", promise.Job, Describe(promise.Job));
    }

    private void CheckAttempts(Promise promise)
    {
        if (!finals.TryGetValue(promise.Job, out var final))
            return;
        // Every start is counted except the one that was put off: no worker was asked to drain while it ran something.
        var counted = starts[promise.Job].Count() - (history.Snoozed.Contains(promise.Job) ? 1 : 0);
        if (final.Attempt < counted)
            Report("a crash counts as an attempt", promise.Job, $"{counted} counted starts; {Describe(promise.Job)}");
        if (promise.Expected == Ending.Discarded && final.Attempt != final.MaxAttempts)
            Report("a job is discarded after its last attempt", promise.Job, $"attempt {final.Attempt} of {final.MaxAttempts}");
        var last = effects[promise.Job].Where(effect => effect.Completes).Select(effect => effect.Attempt).DefaultIfEmpty(final.Attempt).Max();
        if (promise.CompletesApart ? last > final.Attempt : last != final.Attempt)
            Report("the attempt that did the job is the last", promise.Job, $"effect by attempt {last}; {Describe(promise.Job)}");
    }

    private void CheckFence()
    {
        foreach (var effect in history.Effects)
        {
            if (effect.Lease is not { } lease)
                Report("only the holder of the lease writes", effect.Job, $"attempt {effect.Attempt} of {effect.Process} wrote without it");
            else if (starts[effect.Job].FirstOrDefault(start => start.Lease > lease && start.At < effect.At) is { } newer)
                Report("only the newest lease writes", effect.Job, $"{effect.Process} wrote under lease {lease} after {newer.Process} had started under {newer.Lease}");
        }

        var resumptions = history.Resumptions.ToLookup(resumption => resumption.QueueWorker);
        foreach (var effect in history.Effects.Where(effect => effect.QueueWorker is not null))
        {
            if (resumptions[effect.QueueWorker!].Any(resumption => effect.At >= resumption.At))
                Report("a worker that was declared lost writes nothing", effect.Job, $"{effect.QueueWorker} wrote after it had come back");
        }
    }

    private void CheckUniqueKeys()
    {
        foreach (var rivals in history.Promises.Where(promise => promise.UniqueKey is not null).GroupBy(promise => promise.UniqueKey))
        {
            var spans = rivals
                .Where(promise => starts[promise.Job].Any() && effects[promise.Job].Any(effect => effect.Completes))
                .Select(promise => (promise.Job, From: starts[promise.Job].Min(start => start.At), To: effects[promise.Job].Where(effect => effect.Completes).Max(effect => effect.At)))
                .OrderBy(span => span.From)
                .ToList();
            foreach (var (earlier, later) in spans.Zip(spans.Skip(1)))
            {
                if (later.From < earlier.To)
                    Report("one unfinished job per unique key", later.Job, $"it started before job {earlier.Job} with the same key {rivals.Key} was done");
            }
        }
    }

    private void CheckLeftovers()
    {
        foreach (var running in history.Finals.Where(job => job.State == "running"))
            Report("nothing is left running", running.Job, Describe(running.Job));
        foreach (var drift in history.Drifts)
            Report("counters are exact", null, $"lane {drift.Lane} keeps {drift.Kept}, has {drift.Recounted}");
        if (history.ClaimsOfTheDead > 0)
            Report("no claim is left of a worker that ended", null, $"{history.ClaimsOfTheDead} rows");
        foreach (var process in history.LeftProcesses)
            Report("no process is left behind", null, process);
        foreach (var ending in history.OddEndings)
            Report("a worker ends when told, and only then", null, ending);
    }

    private void Report(string rule, long? job, string evidence) => violations.Add(new Violation(rule, job, evidence));

    private string Describe(long job)
    {
        var seen = starts[job].Select(start => (start.At, What: $"start {start.Attempt} lease {start.Lease} by {start.Process}"))
            .Concat(effects[job].Select(effect => (effect.At, What: $"effect {effect.Part} of attempt {effect.Attempt} lease {effect.Lease} by {effect.Process}")))
            .OrderBy(each => each.At)
            .Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.At:HH:mm:ss.fff} {each.What}"));
        var final = finals.GetValueOrDefault(job);
        return $"[{string.Join("; ", seen)}], row: {final?.State ?? "none"} attempt {final?.Attempt} {final?.ErrorCode}";
    }
}
