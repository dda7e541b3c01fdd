using ScaiDrive.Connectors.Conflicts;
using ScaiDrive.Connectors.Sync;
using ScaiDrive.Drive;
using Xunit;

namespace ScaiDrive.Connectors.Tests;

/// <summary>The part of the contract about what changes under a pass, and what would be met for ever.</summary>
public abstract partial class TwoWayContract
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_target_folder_that_goes_during_a_pass_deletes_nothing_at_the_source(bool isMoved)
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "a", "d/b");
        var folder = await TargetOfAsync(mirror);

        var fault = await Assert.ThrowsAsync<ConnectorException>(() => mirror.RunAsync(source => new Meanwhile((IWritableSource)source)
        {
            BeforeProbe = (2, () => mirror.InShareAsync(drive =>
                isMoved ? drive.MoveFolderAsync(folder.Id, null, "elsewhere", Stop) : drive.DeleteFolderAsync(folder.Id, permanent: false, Stop))),
        }));

        Assert.Equal(ConnectorCodes.TargetMissing, fault.Code);
        Assert.Equal(["a", "d/b"], Tree.Files().Keys);
    }

    [Fact]
    public async Task A_target_folder_that_was_made_anew_deletes_nothing_at_the_source()
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "a", "d/b");
        var folder = await TargetOfAsync(mirror);
        await mirror.InShareAsync(drive => drive.DeleteFolderAsync(folder.Id, permanent: false, Stop));
        await mirror.WriteInShareAsync("new", "1");

        var fault = await Assert.ThrowsAsync<ConnectorException>(() => mirror.RunAsync());

        Assert.Equal(ConnectorCodes.TargetMissing, fault.Code);
        Assert.Equal(["a", "d/b"], Tree.Files().Keys);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Another_target_path_is_taken_when_what_was_mirrored_is_there(bool isThere)
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "a", "d/b");
        var folder = await TargetOfAsync(mirror);
        await mirror.InShareAsync(async drive =>
        {
            if (isThere)
                await drive.MoveFolderAsync(folder.Id, null, "elsewhere", Stop);
            else
                await drive.EnsureFolderAsync(mirror.Connector.TargetShareId, "/elsewhere/other", Stop);
        });
        await mirror.ChangeAsync(connector => connector with { TargetPath = "/elsewhere" });

        if (isThere)
            await QuietRunAsync(mirror);
        else
            Assert.Equal(ConnectorCodes.TargetMissing, (await Assert.ThrowsAsync<ConnectorException>(() => mirror.RunAsync())).Code);
        Assert.Equal(["a", "d/b"], Tree.Files().Keys);
    }

    [Fact]
    public async Task What_comes_back_in_the_share_before_it_is_deleted_at_the_source_stays_there()
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "a", "b");
        var id = (await mirror.FilesAsync())["a"].Id;
        var folder = await TargetOfAsync(mirror);
        await mirror.InShareAsync(drive => drive.MoveFileAsync(id, null, "out", Stop));
        await mirror.WriteInShareAsync("c", "sent before a is deleted");

        var run = await mirror.RunAsync(source => new Meanwhile((IWritableSource)source)
        {
            BeforeWrite = () => mirror.InShareAsync(drive => drive.MoveFileAsync(id, folder.Id, "a", Stop)),
        });

        Assert.Equal((0L, 0L), (run.Report.SentDeleted, run.Report.Errors));
        await mirror.AssertInStepAsync();
    }

    [Fact]
    public async Task A_file_that_another_connector_mirrors_is_not_sent()
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "a");
        using var tree = NewTree();
        var other = await fixture.MirrorAsync(
            tree, Small, connector => connector with { Rules = new SyncRules { Direction = SyncDirection.Bidirectional } }, mirror.Connector.TargetShareId);
        await mirror.WriteInShareAsync("of-nobody", "1");

        var run = await other.RunAsync();

        Assert.Equal(["of-nobody"], tree.Files().Keys);
        Assert.Equal(0, run.Report.Errors);
        Assert.Equal(("a", ProblemCodes.Refused), Assert.Single(await other.ProblemsAsync(run)) switch { var one => (one.Path, one.Code) });
        await QuietRunAsync(other);
    }

    [Fact]
    public async Task A_mirrored_file_that_gets_a_name_which_differs_only_in_case_stays_where_it_is_at_the_source()
    {
        var mirror = await InStepAsync(ConflictResolution.LastWriterWins, "d/report.docx", "x");
        await mirror.WriteInShareAsync("x", "newer");
        await mirror.MoveInShareAsync("x", "d/Report.docx");

        var run = await mirror.RunAsync(source => new WindowsNames((IWritableSource)source));

        Assert.Contains((await mirror.ProblemsAsync(run)), one => one.Code == ProblemCodes.CaseConflict);
        Assert.Equal(["d/report.docx", "x"], Tree.Files().Keys);
        Assert.Equal("d/report.docx", TreeContent("d/report.docx"));
    }

    [Fact]
    public async Task A_file_has_one_open_conflict_wherever_it_goes()
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "a");
        Tree.Write("a", "source");
        await mirror.WriteInShareAsync("a", "share");
        await mirror.RunAsync();

        Tree.Move("a", "b");
        Tree.Write("b", "source, too");
        await mirror.RunAsync();
        Assert.Equal((Conflict.Open, "b"), Assert.Single(await mirror.ConflictsAsync()) switch { var one => (one.State, one.Path) });

        Tree.Delete("b");
        await mirror.RunAsync();
        var open = Assert.Single(await mirror.ConflictsAsync());
        Assert.Equal((Conflict.Open, ConflictKinds.DeletedAtSource), (open.State, open.Kind));
        await mirror.DecideAsync(open, ConflictDecision.Server);
        await mirror.RunAsync();
        await mirror.RunAsync();

        await mirror.AssertInStepAsync();
        Assert.Equal("share", Assert.Single(Tree.Files().Values.Select(System.Text.Encoding.UTF8.GetString)));
    }

    [Fact]
    public async Task Several_open_conflicts_of_one_file_end_together()
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "a");
        Tree.Write("a", "source");
        await mirror.WriteInShareAsync("a", "share");
        await mirror.RunAsync();
        await mirror.ExecuteAsync("""
            INSERT INTO connectors.conflict (tenant_id, id, connector_id, run_id, path, file_id, kind, resolution, state)
            SELECT tenant_id, 'cfl_second', connector_id, run_id, 'elsewhere', file_id, kind, resolution, state
            FROM connectors.conflict WHERE tenant_id = $1 AND connector_id = $2;
            """);

        Tree.Delete("a");
        await mirror.RunAsync();

        Assert.Equal([Conflict.Open, Conflict.Resolved], (await mirror.ConflictsAsync()).Select(one => one.State).Order());
    }

    [Fact]
    public async Task A_conflict_about_a_new_file_ends_when_the_source_loses_it()
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "a");
        Tree.Write("new", "source");
        await mirror.WriteInShareAsync("new", "share");
        await mirror.RunAsync();
        await mirror.RunAsync();
        Assert.Equal("source", TreeContent("new"));

        Tree.Delete("new");
        await mirror.RunAsync();

        Assert.Equal("share", TreeContent("new"));
        Assert.Equal(Conflict.Resolved, Assert.Single(await mirror.ConflictsAsync()).State);
        await QuietRunAsync(mirror);
    }

    [Fact]
    public async Task Two_names_that_are_one_in_the_share_do_not_stop_a_pass()
    {
        Tree.Write("\u00fc", "composed");
        Tree.Write("u\u0308", "decomposed");
        var mirror = await MirrorAsync(ConflictResolution.ClientWins);
        await mirror.WriteInShareAsync("\u00fc", "share");

        await mirror.RunAsync();
        await mirror.RunAsync();

        Assert.Superset(new HashSet<string> { "composed", "decomposed", "share" }, await mirror.EverStoredAsync());
        Assert.Equal(["composed", "decomposed"], Tree.Files().Values.Select(System.Text.Encoding.UTF8.GetString).Order());
        Assert.Equal(2, (await mirror.FilesAsync()).Count);
        await QuietRunAsync(mirror);
    }

    [Theory]
    [InlineData(SyncDirection.Bidirectional)]
    [InlineData(SyncDirection.FromScaiDrive)]
    public async Task What_is_hidden_at_the_source_is_left_alone_on_both_sides(SyncDirection direction)
    {
        var mirror = await MirrorAsync(ConflictResolution.Manual, direction);
        await mirror.WriteInShareAsync("a", "1");
        await mirror.WriteInShareAsync("b", "2");
        await mirror.RunAsync();
        Func<IConnectorSource, IConnectorSource> hiding = source => new Meanwhile((IWritableSource)source) { Hidden = "a" };

        for (var pass = 0; pass < 2; pass++)
        {
            var run = await mirror.RunAsync(hiding);
            Assert.Equal((0, 0, 0, 0), (run.Report.Deleted, run.Report.SentAdded, run.Report.SentDeleted, run.Report.Errors));
            Assert.Equal(["a", "b"], (await mirror.FilesAsync()).Keys);
        }

        await mirror.RunAsync();
        await mirror.AssertInStepAsync();
        await QuietRunAsync(mirror);
    }

    [Fact]
    public async Task A_folder_that_the_share_deleted_stays_at_the_source_with_what_is_excluded()
    {
        var mirror = await InStepAsync(ConflictResolution.Manual, "a", "d/x");
        Tree.Write("d/Thumbs.db", "1");
        await mirror.DeleteFolderInShareAsync("d");

        var run = await mirror.RunAsync();

        Assert.Equal(["a", "d/Thumbs.db"], Tree.Files().Keys);
        Assert.Equal(0, run.Report.Errors);
        Assert.Contains(await mirror.ProblemsAsync(run), one => one.Code == ProblemCodes.FolderNotEmpty);
        Assert.Empty(await mirror.ProblemsAsync(await mirror.RunAsync()));
    }

    [Fact]
    public async Task A_file_whose_bytes_ScaiDrive_has_lost_does_not_stop_a_pass()
    {
        var mirror = await InStepAsync(ConflictResolution.ServerWins, "a", "b");
        Tree.Write("a", "source");
        Tree.Write("b", "b of the source");
        await mirror.WriteInShareAsync("a", "lost by now");
        mirror.LoseContent("lost by now"u8.ToArray());

        var run = await mirror.RunAsync();

        Assert.Equal(("completed", "b of the source", "source"), (run.Status, await mirror.ReadAsync("b"), TreeContent("a")));
        Assert.Contains(await mirror.ProblemsAsync(run), one => one is { Path: "a", Code: ProblemCodes.Refused });
    }

    private async Task<DriveFolder> TargetOfAsync(Mirror mirror) =>
        (await fixture.Drive.FindFolderByPathAsync(mirror.Connector.TenantId, mirror.Connector.TargetShareId, "/in/here", Stop))!;

    /// <summary>Something happens while a pass goes on, and a file may be hidden.</summary>
    private sealed class Meanwhile(IWritableSource inner) : WritableDecorator(inner)
    {
        private int probes;
        private int writes;

        internal (int At, Func<Task> Act)? BeforeProbe { get; init; }

        internal Func<Task>? BeforeWrite { get; init; }

        internal string? Hidden { get; init; }

        public override async Task<string> ProbeAsync(CancellationToken cancellationToken)
        {
            if (BeforeProbe is { } before && ++probes == before.At)
                await before.Act();
            return await base.ProbeAsync(cancellationToken);
        }

        public override async IAsyncEnumerable<SourceEntry> ListAsync(
            string directory, string? fromName, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var entry in base.ListAsync(directory, fromName, cancellationToken))
                yield return Marked(entry);
        }

        public override async Task<SourceEntry?> StatAsync(string path, CancellationToken cancellationToken) =>
            await base.StatAsync(path, cancellationToken) is { } entry ? Marked(entry) : null;

        public override async Task<SourceEntry> WriteAsync(
            string path, Stream content, DateTimeOffset modifiedAt, SourceEntry? replaces, string temporaryName, CancellationToken cancellationToken)
        {
            if (BeforeWrite is { } act && Interlocked.Increment(ref writes) == 1)
                await act();
            return await base.WriteAsync(path, content, modifiedAt, replaces, temporaryName, cancellationToken);
        }

        private SourceEntry Marked(SourceEntry entry) => entry.Path == Hidden ? entry with { Attributes = SourceAttributes.Hidden } : entry;
    }
}
