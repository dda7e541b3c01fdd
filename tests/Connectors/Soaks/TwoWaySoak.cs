using ScaiDrive.Connectors.Sync;

namespace ScaiDrive.Connectors.Tests.Soaks;

/// <summary>Random work on both sides of a connector, between passes and during them, with passes that are cut short; then quiet, and the balance.</summary>
/// <remarks>It proves that people may work on at both sides while a pass goes on, and, over SMB, that nothing of it depends on a connection, a child or
/// a server that lasts: whatever was written is owed by name (<see cref="SoakHistory"/>) until its owner gave it up. It looks once, in the end. That no
/// single call to the source may fail at a bad moment is for <see cref="FaultSoak"/>.</remarks>
internal sealed class TwoWaySoak(SourceTree tree, Mirror mirror, int seed, ISoakFaults faults) : IDisposable
{
    private const int QuietPassesAtMost = 12;
    private static readonly string[] Directories = ["", "", "a/", "a/b/", "c/", "c/d/e/", "f/"];
    private readonly Random random = new(seed);
    private readonly SourceSide source = new(tree);
    private readonly ShareSide share = new(mirror);
    private readonly SoakHistory history = new();
    private readonly SemaphoreSlim oneAtATime = new(1);
    private int left;

    internal int Done { get; private set; }

    internal int Passes { get; private set; }

    internal int BrokenPasses { get; private set; }

    internal long Conflicts { get; private set; }

    public void Dispose()
    {
        source.Dispose();
        oneAtATime.Dispose();
    }

    /// <summary>Does so many operations, so many between two passes, then asserts that both sides are the same and that nothing is lost.</summary>
    internal async Task RunAsync(int operations, int perPass = 20)
    {
        while (Done < operations)
        {
            for (var i = 0; i < perPass; i++)
                await OperateAsync(whileSyncing: false);
            await PassAsync();
        }

        await SettleAsync();
    }

    private async Task PassAsync()
    {
        Passes++;
        left = random.Next(2) == 0 ? random.Next(6) : 0;
        history.Note($"-- pass {Passes}");
        await faults.ArmAsync(random, mirror);
        try
        {
            var run = await mirror.RunAsync(opened => new DisturbedSource((IWritableSource)opened, DisturbAsync));
            Conflicts += run.Report.Conflicts;
        }
        catch (Exception fault) when (fault is CrashException or ConnectorException)
        {
            BrokenPasses++;
            history.Note($"-- pass {Passes} ended: {fault.Message}");
        }
        finally
        {
            await faults.DisarmAsync(mirror);
        }
    }

    private async Task DisturbAsync()
    {
        await oneAtATime.WaitAsync();
        try
        {
            if (left > 0 && random.Next(4) == 0)
            {
                left--;
                await OperateAsync(whileSyncing: true);
            }
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    private async Task OperateAsync(bool whileSyncing)
    {
        Done++;
        try
        {
            if (random.Next(2) == 0)
                OperateAtSource(whileSyncing);
            else
                await OperateInShareAsync();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or Drive.DriveException or KeyNotFoundException)
        {
            // Not every random operation is possible: a file where a folder is, a name that is taken.
            history.Note($"   (not possible: {fault.GetType().Name})");
        }
    }

    private void OperateAtSource(bool whileSyncing)
    {
        var files = tree.Files().Keys.Where(path => !SourcePath.IsTemporary(SourcePath.NameOf(path))).ToList();
        var directories = tree.Directories().ToList();
        var (file, directory, place) = (Any(files), Any(directories), Place());
        switch (random.Next(13))
        {
            case <= 5:
                Write(random.Next(3) == 0 && file is not null ? file : place, source.Save);
                break;
            case 6 when !whileSyncing && file is not null:
                Write(file, source.Overwrite);
                break;
            case 7 or 8 when file is not null:
                history.Note($"source: move {file} to {place}");
                source.Move(file, place);
                break;
            case 9 or 10 when file is not null && files.Count > 10:
                history.Note($"source: delete {file}");
                source.Delete(file).ForEach(history.Gave);
                break;
            case 11 when directory is not null:
                history.Note($"source: move directory {directory} to {place}");
                source.Move(directory, place);
                break;
            case 12 when directory is not null && files.Count > 20:
                history.Note($"source: delete directory {directory}");
                source.Delete(directory).ForEach(history.Gave);
                break;
        }

        void Write(string path, Func<string, string, string?> write)
        {
            var text = history.NewContent(random);
            history.Note($"source: {write.Method.Name} {path}: {Short(text)}");
            var before = write(path, text);
            history.Wrote(text, $"source {path}: {Short(text)}");
            if (before is not null)
                history.Gave(before);
        }
    }

    private async Task OperateInShareAsync()
    {
        var files = (await mirror.FilesAsync()).Keys.ToList();
        var folders = (await mirror.FoldersAsync()).ToList();
        var (file, folder, place) = (Any(files), Any(folders), Place());
        switch (random.Next(13))
        {
            case <= 6:
                var path = random.Next(3) == 0 && file is not null ? file : place;
                var text = history.NewContent(random);
                history.Note($"share: write {path}: {Short(text)}");
                await share.WriteAsync(path, text);
                history.Wrote(text, $"share {path}: {Short(text)}");
                break;
            case 7 or 8 when file is not null:
                history.Note($"share: move {file} to {place}");
                await share.MoveAsync(file, place);
                break;
            case 9 or 10 when file is not null && files.Count > 10:
                history.Note($"share: delete {file}");
                await share.DeleteAsync(file);
                break;
            case 11 when folder is not null:
                history.Note($"share: move folder {folder} to {place}");
                await share.MoveFolderAsync(folder, place);
                break;
            case 12 when folder is not null && files.Count > 20:
                history.Note($"share: delete folder {folder}");
                await share.DeleteFolderAsync(folder);
                break;
        }
    }

    /// <summary>Passes until one finds nothing to do; then the balance.</summary>
    private async Task SettleAsync()
    {
        await faults.EndAsync(mirror);
        Run run;
        var passes = 0;
        do
        {
            Assert.True(++passes <= QuietPassesAtMost, $"seed {seed}: {QuietPassesAtMost} quiet passes did not bring both sides into step.\n{await DifferenceAsync()}\n{history.Lately}");
            run = await mirror.RunAsync();
            Conflicts += run.Report.Conflicts;
        }
        while (IsBusy(run.Report));

        var excused = (await mirror.ProblemsAsync(run)).Select(problem => problem.Path).ToHashSet(StringComparer.Ordinal);
        var difference = await DifferenceAsync(excused);
        Assert.True(difference.Length == 0, $"seed {seed}: the two sides differ.\n{difference}\nproblems: {string.Join(", ", await mirror.ProblemsAsync(run))}\n{history.Lately}");
        var atSource = tree.Files().Values.Select(bytes => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))).ToHashSet(StringComparer.Ordinal);
        var lost = history.Missing(atSource, await share.KeptContentsAsync());
        Assert.True(lost.Count == 0, $"seed {seed}: lost\n{string.Join('\n', lost)}\n{history.Lately}");
    }

    private static bool IsBusy(SyncReport report) =>
        report.Added + report.Updated + report.Moved + report.Deleted + report.SentAdded + report.SentUpdated + report.SentMoved + report.SentDeleted > 0;

    private async Task<string> DifferenceAsync(HashSet<string>? excused = null)
    {
        // What a broken pass left half-written is removed where it was put; people may have moved that directory meanwhile. It is never mirrored.
        var here = tree.Files().Where(file => !SourcePath.IsTemporary(SourcePath.NameOf(file.Key))).ToDictionary(file => file.Key, file => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file.Value)));
        var there = (await mirror.FilesAsync()).ToDictionary(file => file.Key, file => file.Value.ChecksumSha256);
        var paths = here.Keys.Union(there.Keys).Where(path => here.GetValueOrDefault(path) != there.GetValueOrDefault(path) && excused?.Contains(path) != true);
        var folders = tree.Directories().ToHashSet(StringComparer.Ordinal);
        folders.SymmetricExceptWith(await mirror.FoldersAsync());
        return string.Join('\n', paths.Order(StringComparer.Ordinal).Select(path => $"{path}: source {(here.ContainsKey(path) ? "has it" : "has not")}, share {(there.ContainsKey(path) ? "has it" : "has not")}")
            .Concat(folders.Where(folder => excused?.Contains(folder) != true).Select(folder => $"{folder}/ on one side only")));
    }

    private string Place() => Directories[random.Next(Directories.Length)] + (char)('m' + random.Next(9));

    private string? Any(List<string> paths) => paths.Count == 0 ? null : paths[random.Next(paths.Count)];

    private static string Short(string text) => string.Join(' ', text.Split(' ')[..2]);
}

/// <summary>What goes wrong during the passes of a soak.</summary>
internal interface ISoakFaults
{
    /// <summary>Prepares what is to happen in the next pass.</summary>
    Task ArmAsync(Random random, Mirror mirror);

    /// <summary>The pass is over.</summary>
    Task DisarmAsync(Mirror mirror);

    /// <summary>From now on nothing goes wrong.</summary>
    Task EndAsync(Mirror mirror);
}

/// <summary>The worker dies right before or right after a commit.</summary>
internal class WorkerFaults : ISoakFaults
{
    public virtual Task ArmAsync(Random random, Mirror mirror)
    {
        var at = mirror.Commits.Count + 1 + random.Next(8);
        switch (random.Next(5))
        {
            case 0:
                mirror.Commits.FailBefore = at;
                break;
            case 1:
                mirror.Commits.FailAfter = at;
                break;
        }

        return Task.CompletedTask;
    }

    public virtual Task DisarmAsync(Mirror mirror)
    {
        (mirror.Commits.FailBefore, mirror.Commits.FailAfter) = (null, null);
        return Task.CompletedTask;
    }

    public virtual Task EndAsync(Mirror mirror) => Task.CompletedTask;
}
