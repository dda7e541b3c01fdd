namespace ScaiDrive.Drive.Tests;

public sealed class BulkCreationTests
{
    [Fact]
    public async Task Many_files_are_made_as_each_alone_would_be()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var folder = await sandbox.CreateFolderAsync("/a/b");
        var large = await sandbox.StoreAsync(Sandbox.Bytes((2 * ContentStore.ChunkSizeBytes) + 9));
        var empty = await sandbox.StoreAsync([]);
        NewFile[] files =
        [
            await sandbox.NewFileAsync("root.txt", null, "in the root"),
            await sandbox.NewFileAsync("one.txt", folder.Id, "one"),
            new(sandbox.ShareId, folder.Id, "large", large, "application/octet-stream", Sandbox.Modified),
            new(sandbox.ShareId, folder.Id, "empty", empty, "text/plain", Sandbox.Modified.AddDays(1)),
        ];
        var before = await sandbox.LastChangeAsync();

        var outcomes = await sandbox.WriteAsync(writer => writer.CreateFilesAsync(sandbox.ShareId, files, Sandbox.Stop));

        Assert.All(outcomes, outcome => Assert.Null(outcome.Fault));
        Assert.Equal(["/root.txt", "/a/b/one.txt", "/a/b/large", "/a/b/empty"], outcomes.Select(outcome => outcome.File!.Path));
        foreach (var outcome in outcomes)
            Assert.Equal(outcome.File, await sandbox.Drive.FindFileAsync(sandbox.TenantId, outcome.File!.Id, Sandbox.Stop));
        Assert.Equal("in the root", await sandbox.ReadTextAsync(outcomes[0].File!.Id));
        Assert.Equal("", await sandbox.ReadTextAsync(outcomes[3].File!.Id));
        await using var stream = await sandbox.Drive.OpenContentAsync(sandbox.TenantId, outcomes[2].File!.Id, null, Sandbox.Stop);
        using var back = new MemoryStream();
        await stream.CopyToAsync(back);
        Assert.Equal(large.Sha256, Sandbox.Sha256(back.ToArray()));

        var changes = await sandbox.ChangesAsync(before);
        Assert.Equal(outcomes.Select(outcome => outcome.File), changes.Select(change => change.File));
        Assert.All(changes, change => Assert.Equal((ChangeKind.Created, null), (change.Kind, change.OldPath)));
        Assert.All(changes, change => Assert.StartsWith("ver_", change.VersionId, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_wrong_with_one_file_refuses_that_one_alone()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var taken = await sandbox.CreateFileAsync("taken");
        var folder = await sandbox.CreateFolderAsync("/is a folder");
        var trashed = await sandbox.CreateFolderAsync("/trashed");
        await sandbox.WriteAsync(writer => writer.DeleteFolderAsync(trashed.Id, permanent: false, Sandbox.Stop));
        var vanished = await sandbox.NewFileAsync("vanished", null, "collected meanwhile");
        File.Delete(sandbox.Content.PathOf(sandbox.TenantId, vanished.Content.Sha256));
        var before = await sandbox.LastChangeAsync();

        var outcomes = await sandbox.WriteAsync(async writer => await writer.CreateFilesAsync(
            sandbox.ShareId,
            [
                await sandbox.NewFileAsync("taken"),
                await sandbox.NewFileAsync("first"),
                await sandbox.NewFileAsync("is a folder"),
                await sandbox.NewFileAsync(".."),
                await sandbox.NewFileAsync("nowhere", "fld_none"),
                await sandbox.NewFileAsync("in the trash", trashed.Id),
                vanished,
                // The same name twice, once as a Mac would write it.
                await sandbox.NewFileAsync("\u00e9", text: "composed"),
                await sandbox.NewFileAsync("e\u0301", text: "decomposed"),
                await sandbox.NewFileAsync("last", folder.Id),
            ],
            Sandbox.Stop));

        Assert.Equal(
            ["NAME_CONFLICT", null, "NAME_CONFLICT", "INVALID_NAME", "NOT_FOUND", "GONE", "CONTENT_VANISHED", null, "NAME_CONFLICT", null],
            outcomes.Select(outcome => outcome.Fault?.Code));
        Assert.All(outcomes, outcome => Assert.True(outcome.File is null ^ outcome.Fault is null));
        Assert.Equal(["first", "\u00e9", "last"], (await sandbox.ChangesAsync(before)).Select(change => change.File!.Name));
        Assert.Equal("composed", await sandbox.ReadTextAsync(outcomes[7].File!.Id));
        Assert.Equal("text", await sandbox.ReadTextAsync(taken.Id));
        Assert.Equal(0L, await sandbox.ScalarAsync<long>(
            "SELECT count(*) FROM file_versions v WHERE tenant_id = $1 AND NOT EXISTS (SELECT FROM items i WHERE i.tenant_id = v.tenant_id AND i.id = v.file_id)",
            sandbox.TenantId));
    }

    [Fact]
    public async Task A_share_that_is_not_there_refuses_all()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var file = await sandbox.NewFileAsync("a");

        await sandbox.WriteAsync(async writer =>
        {
            await Assert.ThrowsAsync<ItemNotFoundException>(() => writer.CreateFilesAsync("shr_none", [file with { ShareId = "shr_none" }], Sandbox.Stop));
            await Assert.ThrowsAsync<ArgumentException>(() => writer.CreateFilesAsync(sandbox.ShareId, [file with { ShareId = "shr_none" }], Sandbox.Stop));
            Assert.Empty(await writer.CreateFilesAsync(sandbox.ShareId, [], Sandbox.Stop));
        });
    }

    [Fact]
    public async Task The_content_of_files_being_made_is_kept_from_the_collector()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var file = await sandbox.NewFileAsync("a.txt", text: "about to be referred to");
        await using var open = await OpenWriter.BeginAsync(sandbox);
        await open.Writer.CreateFilesAsync(sandbox.ShareId, [file], Sandbox.Stop);

        Assert.Equal(new CollectResult(1, 0, 0, 1, 0), await sandbox.Collector.CollectAsync(TimeSpan.Zero, Sandbox.Stop));
    }

    [Fact]
    public async Task A_folder_does_not_go_away_while_files_are_made_in_it()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var folder = await sandbox.CreateFolderAsync("/a");
        var file = await sandbox.NewFileAsync("a.txt", folder.Id);
        await using var making = await OpenWriter.BeginAsync(sandbox);
        await making.Writer.CreateFilesAsync(sandbox.ShareId, [file], Sandbox.Stop);

        await using var deleting = await OpenWriter.BeginAsync(sandbox);
        var deletion = deleting.Writer.DeleteFolderAsync(folder.Id, permanent: false, Sandbox.Stop);
        await sandbox.UntilWaitingAsync(deleting.Connection, deletion);
        await making.Writer.CompleteAsync(Sandbox.Stop);
        await making.CommitAsync();
        await deletion;
    }

    [Fact]
    public async Task Files_asked_for_twice_are_found_once()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var a = await sandbox.CreateFileAsync("a");

        Assert.Equal(a, Assert.Single(await sandbox.Drive.FindFilesAsync(sandbox.TenantId, [a.Id, a.Id, "fil_none"], Sandbox.Stop)));
    }
}
