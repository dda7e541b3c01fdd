namespace ScaiDrive.Connectors.Tests.Soaks;

/// <summary>Work on both sides, then a pass in which any single call to the source may fail, or have been made when the worker dies; looked at after
/// every pass.</summary>
/// <remarks>It proves that there is no moment in a pass at which a failure loses anything: calls break one by one, batches are tiny, and everything
/// that either side held before a pass must be there after it. Nobody works while a pass goes on, so both sides must end exactly the same, without one
/// open item. What people do during a pass, and what networks do, is for <see cref="TwoWaySoak"/>.</remarks>
internal sealed class FaultSoak(SourceTree tree, Mirror mirror, int seed, bool ignoresCase = false)
{
    private const int OperationsPerPass = 8;
    private const int OneFaultIn = 25;

    private readonly Random random = new(seed);

    /// <summary>How often a pass was ended by a fault.</summary>
    internal int Crashes { get; private set; }

    internal async Task RunAsync(int operations)
    {
        var generator = new SoakGenerator(tree, mirror, seed, ignoresCase);
        var checker = new SoakChecker(tree, mirror);
        for (var done = 0; done < operations; done += OperationsPerPass)
        {
            for (var i = 0; i < OperationsPerPass; i++)
                await generator.StepAsync();
            var before = await checker.SeenAsync();
            generator.Log.Add("-- pass");
            await PassAsync();
            await checker.AssertNothingLostAsync(before, generator.Log);
            if (random.Next(6) == 0)
                await checker.ConvergeAsync(generator.Log);
        }

        var last = await checker.SeenAsync();
        await checker.ConvergeAsync(generator.Log);
        await checker.AssertNothingLostAsync(last, generator.Log);
    }

    private async Task PassAsync()
    {
        mirror.Commits.FailBefore = random.Next(4) == 0 ? mirror.Commits.Count + random.Next(1, 8) : null;
        mirror.Commits.FailAfter = random.Next(4) == 0 ? mirror.Commits.Count + random.Next(1, 8) : null;
        try
        {
            await mirror.RunAsync(source => new FaultySource((IWritableSource)source, random, OneFaultIn));
        }
        catch (CrashException)
        {
            Crashes++;
        }

        (mirror.Commits.FailBefore, mirror.Commits.FailAfter) = (null, null);
    }
}
