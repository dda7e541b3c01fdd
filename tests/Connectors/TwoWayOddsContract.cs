using ScaiDrive.Connectors.Sync;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>The part of the contract about what is rare: other settings, files that cannot be read, what a broken write left behind.</summary>
public abstract partial class TwoWayContract
{
    [Fact]
    public async Task What_other_patterns_let_in_is_sent_by_the_next_pass()
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "a");
        await mirror.ChangeAsync(connector => connector with { ExcludePatterns = ["*.log"] });
        await mirror.WriteInShareAsync("b.log", "1");
        await mirror.RunAsync();
        await QuietRunAsync(mirror);
        Assert.Equal(["a"], Tree.Files().Keys);

        await mirror.ChangeAsync(connector => connector with { ExcludePatterns = [] });
        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
    }

    [Fact]
    public async Task A_file_that_was_edited_and_moved_and_could_not_be_read_is_read_wherever_it_is_by_the_next_pass()
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "a", "b");
        Tree.Write("a", "longer than it was");
        Tree.Move("a", "moved");
        await mirror.RunAsync(source => new LockedSource((IWritableSource)source));
        Assert.Equal("a", await mirror.ReadAsync("moved"));
        Tree.Move("moved", "moved-again");

        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        Assert.Equal("longer than it was", await mirror.ReadAsync("moved-again"));
    }

    [Fact]
    public async Task A_folder_whose_directory_became_a_file_keeps_what_people_put_there_under_a_name_they_know()
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "d/a", "b");
        Tree.Delete("d");
        Tree.Write("d", "a file now");
        await mirror.WriteInShareAsync("d/ours", "ours");

        await mirror.RunAsync();
        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        Assert.StartsWith("d (conflict ", Assert.Single(await mirror.FoldersAsync()), StringComparison.Ordinal);
        Assert.Equal("a file now", await mirror.ReadAsync("d"));
    }

    [Fact]
    public async Task What_a_broken_write_left_behind_is_removed_when_it_is_old()
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "d/a");
        Tree.Write($"d/{SourcePath.TemporaryName()}", "half of it");
        Tree.Write("d/.scaidrive-notes.txt", "not ours");
        await mirror.RunAsync();
        Assert.Equal(3, Tree.Files().Count);

        await mirror.RunAsync(source => new AgedSource((IWritableSource)source));

        Assert.Equal(["d/.scaidrive-notes.txt", "d/a"], Tree.Files().Keys);
    }

    /// <summary>Nothing can be read.</summary>
    private sealed class LockedSource(IWritableSource inner) : WritableDecorator(inner)
    {
        public override Task<ISourceContent> OpenAsync(string path, CancellationToken cancellationToken) =>
            throw new SourceEntryException(path, new SourceFault(ProblemCodes.AccessDenied, "No."));
    }

    /// <summary>Everything is as old as two days.</summary>
    private sealed class AgedSource(IWritableSource inner) : WritableDecorator(inner)
    {
        private const long Age = 172_800_000_000_000;

        public override async IAsyncEnumerable<SourceEntry> ListAsync(
            string directory, string? fromName, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var entry in base.ListAsync(directory, fromName, cancellationToken))
                yield return entry.Kind == SourceEntryKind.Excluded ? entry with { ModifiedNs = entry.ModifiedNs - Age, ChangedNs = entry.ChangedNs - Age } : entry;
        }
    }
}
