namespace ScaiDrive.Drive.Tests;

public sealed class DriveWriterTests
{
    [Fact]
    public async Task A_new_file_is_found_by_id_and_by_path()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var folder = await sandbox.CreateFolderAsync("/a/b");

        var made = await sandbox.CreateFileAsync("plan.txt", folder.Id, "hello");

        Assert.Equal(("/a/b/plan.txt", 1, 5L, "text/plain", folder.Id), (made.Path, made.Version, made.SizeBytes, made.MimeType, made.FolderId));
        Assert.Equal(("usr_test", "usr_test", "usr_test", Sandbox.Modified), (made.OwnerId, made.CreatedBy, made.ModifiedBy, made.ModifiedAt));
        Assert.Equal(made, await sandbox.Drive.FindFileAsync(sandbox.TenantId, made.Id, Sandbox.Stop));
        Assert.Equal(made, await sandbox.Drive.FindFileByPathAsync(sandbox.TenantId, sandbox.ShareId, "/a/b/plan.txt", Sandbox.Stop));
        Assert.Equal(made, Assert.Single(await sandbox.Drive.FindFilesAsync(sandbox.TenantId, [made.Id, "fil_none"], Sandbox.Stop)));
        Assert.Null(await sandbox.Drive.FindFileByPathAsync(sandbox.TenantId, sandbox.ShareId, "/a/plan.txt", Sandbox.Stop));
        Assert.Null(await sandbox.Drive.FindFileByPathAsync(sandbox.TenantId, sandbox.ShareId, "/a/b", Sandbox.Stop));
        Assert.Null(await sandbox.Drive.FindFileByPathAsync(sandbox.TenantId, sandbox.ShareId, "/", Sandbox.Stop));
        Assert.Equal("hello", await sandbox.ReadTextAsync(made.Id));
    }

    [Fact]
    public async Task A_file_of_many_chunks_and_an_empty_one_are_read_back()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var bytes = Sandbox.Bytes((2 * ContentStore.ChunkSizeBytes) + 9);
        foreach (var (name, content) in new[] { ("large", bytes), ("empty", []) })
        {
            var stored = await sandbox.StoreAsync(content);
            var file = await sandbox.WriteAsync(writer =>
                writer.CreateFileAsync(new(sandbox.ShareId, null, name, stored, "application/octet-stream", Sandbox.Modified), Sandbox.Stop));

            foreach (var stream in new[]
            {
                await sandbox.Drive.OpenContentAsync(sandbox.TenantId, file.Id, null, Sandbox.Stop),
                await sandbox.Drive.OpenContentByHashAsync(sandbox.TenantId, stored.Sha256, Sandbox.Stop),
            })
            {
                using var back = new MemoryStream();
                await using (stream)
                    await stream.CopyToAsync(back);
                Assert.Equal(content, back.ToArray());
            }
        }
    }

    [Fact]
    public async Task Bytes_read_by_file_id_count_as_downloaded()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        using var downloads = new ContentStoreTests.Counting("scaidrive_downloads_bytes_total");
        using var uploads = new ContentStoreTests.Counting("scaidrive_uploads_bytes_total");
        var file = await sandbox.CreateFileAsync("a.txt", text: "12345");

        await sandbox.ReadTextAsync(file.Id);
        await using (var extraction = await sandbox.Drive.OpenContentByHashAsync(sandbox.TenantId, file.ChecksumSha256, Sandbox.Stop))
            await extraction.CopyToAsync(Stream.Null);

        Assert.Equal((5, 5), (uploads.Of(sandbox.TenantId), downloads.Of(sandbox.TenantId)));
    }

    [Fact]
    public async Task The_same_name_in_another_normal_form_is_the_same_name()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var made = await sandbox.CreateFileAsync("cafe\u0301.txt");

        Assert.Equal("caf\u00E9.txt", made.Name);
        await Assert.ThrowsAsync<NameConflictException>(() => sandbox.CreateFileAsync("caf\u00E9.txt"));
        foreach (var path in new[] { "/cafe\u0301.txt", "/caf\u00E9.txt" })
            Assert.Equal(made.Id, (await sandbox.Drive.FindFileByPathAsync(sandbox.TenantId, sandbox.ShareId, path, Sandbox.Stop))!.Id);
    }

    [Fact]
    public async Task Names_differ_by_case()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var lower = await sandbox.CreateFileAsync("a.txt");
        var upper = await sandbox.CreateFileAsync("A.txt");
        Assert.NotEqual(lower.Id, upper.Id);
    }

    [Fact]
    public async Task A_taken_name_is_refused_and_the_transaction_goes_on()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var folder = await sandbox.CreateFolderAsync("/taken");
        await sandbox.CreateFileAsync("file.txt");
        var file = await sandbox.NewFileAsync("file.txt");

        var other = await sandbox.WriteAsync(async writer =>
        {
            var fault = await Assert.ThrowsAsync<NameConflictException>(() => writer.CreateFileAsync(file, Sandbox.Stop));
            Assert.Equal(("NAME_CONFLICT", "file.txt"), (fault.Code, fault.Name));
            // Folders and files share one name space.
            await Assert.ThrowsAsync<NameConflictException>(() => writer.CreateFileAsync(file with { Name = "taken" }, Sandbox.Stop));
            await Assert.ThrowsAsync<NameConflictException>(() => writer.EnsureFolderAsync(sandbox.ShareId, "/file.txt/x", Sandbox.Stop));
            await Assert.ThrowsAsync<NameConflictException>(() => writer.CreateFolderAsync(sandbox.ShareId, null, "taken", Sandbox.Stop));

            var made = await writer.CreateFileAsync(file with { Name = "other.txt" }, Sandbox.Stop);
            await Assert.ThrowsAsync<NameConflictException>(() => writer.MoveFileAsync(made.Id, null, "file.txt", Sandbox.Stop));
            await Assert.ThrowsAsync<NameConflictException>(() => writer.MoveFolderAsync(folder.Id, null, "file.txt", Sandbox.Stop));
            await Assert.ThrowsAsync<InvalidNameException>(() => writer.MoveFileAsync(made.Id, null, "..", Sandbox.Stop));
            return await writer.MoveFileAsync(made.Id, folder.Id, "file.txt", Sandbox.Stop);
        });

        Assert.Equal("/taken/file.txt", (await sandbox.Drive.FindFileAsync(sandbox.TenantId, other.Id, Sandbox.Stop))!.Path);
    }

    [Fact]
    public async Task Of_many_who_create_the_same_name_at_once_one_wins()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var file = await sandbox.NewFileAsync("same.txt");

        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(async () =>
        {
            try
            {
                return await sandbox.WriteAsync(writer => writer.CreateFileAsync(file, Sandbox.Stop));
            }
            catch (NameConflictException)
            {
                return null;
            }
        })));

        var winner = Assert.Single(results, result => result is not null)!;
        Assert.Equal(winner.Id, Assert.Single(await ChildrenAsync(sandbox, null)).Id);
        Assert.Single(await sandbox.ChangesAsync(), change => change.ResourceType == ResourceType.File);
    }

    [Fact]
    public async Task Shares_and_folders_that_many_ask_for_at_once_are_made_once()
    {
        await using var sandbox = await Sandbox.CreateAsync();

        var folders = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => sandbox.CreateFolderAsync("/a/b/c"))));
        var shares = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(
            () => sandbox.WriteAsync(writer => writer.EnsureShareAsync("Import", Sandbox.Stop)))));

        Assert.Single(folders.DistinctBy(folder => folder.Id));
        Assert.Single(shares.DistinctBy(share => share.Id));
        Assert.Equal(3, (await sandbox.ChangesAsync()).Count(change => change.ResourceType == ResourceType.Folder));
        Assert.Equal(["Import", "Share"], (await sandbox.Drive.ListSharesAsync(sandbox.TenantId, Sandbox.Stop)).Select(share => share.Name));
    }

    [Fact]
    public async Task The_root_of_a_share_is_no_folder()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        Assert.Null(await sandbox.WriteAsync(writer => writer.EnsureFolderAsync(sandbox.ShareId, "/", Sandbox.Stop)));
        await Assert.ThrowsAsync<ItemNotFoundException>(
            () => sandbox.WriteAsync(writer => writer.EnsureFolderAsync("shr_none", "/", Sandbox.Stop)));
    }

    [Fact]
    public async Task New_content_is_a_new_version_and_the_old_one_stays_readable()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var file = await sandbox.CreateFileAsync("a.txt", text: "one");
        await MarkVectorizedAsync(sandbox, file);
        var before = await sandbox.LastChangeAsync();
        var later = Sandbox.Modified.AddDays(1);

        var content = await sandbox.StoreAsync("two, longer");
        var second = await sandbox.WriteAsync(writer => writer.AddVersionAsync(file.Id, content, "text/markdown", later, Sandbox.Stop));

        Assert.Equal((2, 11L, content.Sha256, "text/markdown", later), (second.Version, second.SizeBytes, second.ChecksumSha256, second.MimeType, second.ModifiedAt));
        Assert.Null(second.VectorizedAt);
        Assert.Equal(second, await sandbox.Drive.FindFileAsync(sandbox.TenantId, file.Id, Sandbox.Stop));
        Assert.Equal(("two, longer", "one", "two, longer"), (await sandbox.ReadTextAsync(file.Id), await sandbox.ReadTextAsync(file.Id, 1), await sandbox.ReadTextAsync(file.Id, 2)));
        await Assert.ThrowsAsync<ItemNotFoundException>(() => sandbox.ReadTextAsync(file.Id, 3));
        var change = Assert.Single(await sandbox.ChangesAsync(before));
        Assert.Equal((ChangeKind.Updated, second), (change.Kind, change.File));
        Assert.StartsWith("ver_", change.VersionId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_bytes_never_make_a_version()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var file = await sandbox.CreateFileAsync("a.txt", text: "one");
        var before = await sandbox.LastChangeAsync();
        var content = await sandbox.StoreAsync("one");

        var same = await sandbox.WriteAsync(writer => writer.AddVersionAsync(file.Id, content, "text/plain", Sandbox.Modified, Sandbox.Stop));
        Assert.Equal(file, same);
        Assert.Empty(await sandbox.ChangesAsync(before));

        var touched = await sandbox.WriteAsync(writer => writer.AddVersionAsync(file.Id, content, "text/plain", Sandbox.Modified.AddHours(1), Sandbox.Stop));
        Assert.Equal(file with { ModifiedAt = Sandbox.Modified.AddHours(1) }, touched);
        var change = Assert.Single(await sandbox.ChangesAsync(before));
        Assert.Equal((ChangeKind.Updated, touched), (change.Kind, change.File));
        Assert.Equal(1L, await sandbox.ScalarAsync<long>("SELECT count(*) FROM file_versions WHERE tenant_id = $1", sandbox.TenantId));
    }

    [Fact]
    public async Task Versions_written_at_once_count_up_one_by_one()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var file = await sandbox.CreateFileAsync("a.txt", text: "0");

        var versions = await Task.WhenAll(Enumerable.Range(1, 12).Select(i => Task.Run(async () =>
        {
            var content = await sandbox.StoreAsync($"content {i}");
            return await sandbox.WriteAsync(writer => writer.AddVersionAsync(file.Id, content, "text/plain", Sandbox.Modified, Sandbox.Stop));
        })));

        Assert.Equal(Enumerable.Range(2, 12), versions.Select(version => version.Version).Order());
        foreach (var version in versions)
        {
            Assert.Equal(
                version.ChecksumSha256,
                Sandbox.Sha256(System.Text.Encoding.UTF8.GetBytes(await sandbox.ReadTextAsync(file.Id, version.Version))));
        }
    }

    [Fact]
    public async Task A_rename_and_a_move_are_told_apart_and_leave_the_content_alone()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var folder = await sandbox.CreateFolderAsync("/dir");
        var file = await sandbox.CreateFileAsync("a.txt");
        var before = await sandbox.LastChangeAsync();

        await sandbox.WriteAsync(writer => writer.MoveFileAsync(file.Id, null, "b.txt", Sandbox.Stop));
        await sandbox.WriteAsync(writer => writer.MoveFileAsync(file.Id, folder.Id, "b.txt", Sandbox.Stop));
        await sandbox.WriteAsync(writer => writer.MoveFileAsync(file.Id, folder.Id, "b.txt", Sandbox.Stop));

        var changes = await sandbox.ChangesAsync(before);
        Assert.Equal(
            [(ChangeKind.Renamed, "/a.txt", "/b.txt"), (ChangeKind.Moved, "/b.txt", "/dir/b.txt")],
            changes.Select(change => (change.Kind, change.OldPath, change.NewPath)));
        var now = await sandbox.Drive.FindFileAsync(sandbox.TenantId, file.Id, Sandbox.Stop);
        Assert.Equal(file with { FolderId = folder.Id, Name = "b.txt", Path = "/dir/b.txt" }, now);
        Assert.Equal(now, changes[^1].File);
    }

    [Fact]
    public async Task A_trashed_file_is_gone_from_its_folder_and_frees_its_name()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var file = await sandbox.CreateFileAsync("a.txt");
        var before = await sandbox.LastChangeAsync();

        await sandbox.WriteAsync(writer => writer.DeleteFileAsync(file.Id, permanent: false, Sandbox.Stop));

        Assert.True((await sandbox.Drive.FindFileAsync(sandbox.TenantId, file.Id, Sandbox.Stop))!.IsDeleted);
        Assert.Empty(await sandbox.Drive.FindFilesAsync(sandbox.TenantId, [file.Id], Sandbox.Stop));
        Assert.Null(await sandbox.Drive.FindFileByPathAsync(sandbox.TenantId, sandbox.ShareId, "/a.txt", Sandbox.Stop));
        Assert.Empty(await ChildrenAsync(sandbox, null));
        await Assert.ThrowsAsync<ItemDeletedException>(() => sandbox.ReadTextAsync(file.Id));
        await sandbox.WriteAsync(async writer =>
        {
            var content = await sandbox.StoreAsync("x");
            Assert.Equal("GONE", (await Assert.ThrowsAsync<ItemDeletedException>(() => writer.DeleteFileAsync(file.Id, permanent: false, Sandbox.Stop))).Code);
            await Assert.ThrowsAsync<ItemDeletedException>(() => writer.MoveFileAsync(file.Id, null, "b", Sandbox.Stop));
            await Assert.ThrowsAsync<ItemDeletedException>(() => writer.AddVersionAsync(file.Id, content, "text/plain", Sandbox.Modified, Sandbox.Stop));
        });
        var change = Assert.Single(await sandbox.ChangesAsync(before));
        Assert.Equal((ChangeKind.Deleted, true, "/a.txt"), (change.Kind, change.File!.IsDeleted, change.OldPath));

        Assert.NotEqual(file.Id, (await sandbox.CreateFileAsync("a.txt")).Id);
    }

    [Fact]
    public async Task A_permanent_delete_leaves_no_row_but_the_log()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var file = await sandbox.CreateFileAsync("a.txt");
        var trashed = await sandbox.CreateFileAsync("b.txt");
        await sandbox.WriteAsync(writer => writer.DeleteFileAsync(trashed.Id, permanent: false, Sandbox.Stop));
        var before = await sandbox.LastChangeAsync();

        await sandbox.WriteAsync(writer => writer.DeleteFileAsync(file.Id, permanent: true, Sandbox.Stop));
        await sandbox.WriteAsync(writer => writer.DeleteFileAsync(trashed.Id, permanent: true, Sandbox.Stop));

        Assert.Null(await sandbox.Drive.FindFileAsync(sandbox.TenantId, file.Id, Sandbox.Stop));
        Assert.Null(await sandbox.Drive.FindFileAsync(sandbox.TenantId, trashed.Id, Sandbox.Stop));
        Assert.Equal(0L, await sandbox.ScalarAsync<long>("SELECT count(*) FROM file_versions WHERE tenant_id = $1", sandbox.TenantId));
        Assert.Equal(0L, await sandbox.ScalarAsync<long>("SELECT count(*) FROM version_chunks WHERE tenant_id = $1", sandbox.TenantId));
        // The trashed one was announced when it went there.
        Assert.Equal(file with { IsDeleted = true }, Assert.Single(await sandbox.ChangesAsync(before)).File);
        await Assert.ThrowsAsync<ContentMissingException>(
            () => sandbox.Drive.OpenContentByHashAsync(sandbox.TenantId, file.ChecksumSha256, Sandbox.Stop));
    }

    [Fact]
    public async Task A_folder_moves_with_all_that_is_in_it()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var a = await sandbox.CreateFolderAsync("/a");
        var deep = await sandbox.CreateFolderAsync("/a/b/c");
        var sibling = await sandbox.CreateFolderAsync("/a-sibling");
        var target = await sandbox.CreateFolderAsync("/target");
        var file = await sandbox.CreateFileAsync("f.txt", deep.Id);
        var trashed = await sandbox.CreateFileAsync("t.txt", deep.Id, "trashed");
        await sandbox.WriteAsync(writer => writer.DeleteFileAsync(trashed.Id, permanent: false, Sandbox.Stop));
        var before = await sandbox.LastChangeAsync();

        await sandbox.WriteAsync(writer => writer.MoveFolderAsync(a.Id, target.Id, "ä", Sandbox.Stop));

        Assert.Equal(
            [
                (ChangeKind.Moved, "/a", "/target/ä"),
                (ChangeKind.Moved, "/a/b", "/target/ä/b"),
                (ChangeKind.Moved, "/a/b/c", "/target/ä/b/c"),
                (ChangeKind.Moved, "/a/b/c/f.txt", "/target/ä/b/c/f.txt"),
            ],
            (await sandbox.ChangesAsync(before)).Select(change => (change.Kind, change.OldPath, change.NewPath)));
        var now = await sandbox.Drive.FindFileByPathAsync(sandbox.TenantId, sandbox.ShareId, "/target/ä/b/c/f.txt", Sandbox.Stop);
        Assert.Equal(file with { Path = "/target/ä/b/c/f.txt" }, now);
        Assert.Equal(now, (await sandbox.ChangesAsync(before))[^1].File);
        Assert.Equal("/target/ä/b/c/t.txt", (await sandbox.Drive.FindFileAsync(sandbox.TenantId, trashed.Id, Sandbox.Stop))!.Path);
        Assert.Equal("/a-sibling", (await sandbox.Drive.FindFolderAsync(sandbox.TenantId, sibling.Id, Sandbox.Stop))!.Path);

        await sandbox.WriteAsync(writer => writer.MoveFolderAsync(a.Id, target.Id, "z", Sandbox.Stop));
        Assert.Equal(ChangeKind.Renamed, (await sandbox.ChangesAsync(before))[^1].Kind);
        Assert.Equal("/target/z/b/c/f.txt", (await sandbox.Drive.FindFileAsync(sandbox.TenantId, file.Id, Sandbox.Stop))!.Path);
        Assert.Equal(0L, await sandbox.ScalarAsync<long>("SELECT count(*) FROM staged_changes WHERE tenant_id = $1", sandbox.TenantId));
    }

    [Fact]
    public async Task A_folder_cannot_go_below_itself_or_into_another_share()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var a = await sandbox.CreateFolderAsync("/a");
        var b = await sandbox.CreateFolderAsync("/a/b");
        var c = await sandbox.CreateFolderAsync("/a/b/c");
        var prefix = await sandbox.CreateFolderAsync("/ab");
        var file = await sandbox.CreateFileAsync("f.txt");
        var other = await sandbox.WriteAsync(writer => writer.EnsureShareAsync("Other", Sandbox.Stop));
        var elsewhere = await sandbox.WriteAsync(writer => writer.CreateFolderAsync(other.Id, null, "x", Sandbox.Stop));
        var before = await sandbox.LastChangeAsync();

        await sandbox.WriteAsync(async writer =>
        {
            foreach (var target in new[] { a.Id, b.Id, c.Id, elsewhere.Id })
                await Assert.ThrowsAsync<InvalidMoveException>(() => writer.MoveFolderAsync(a.Id, target, "a", Sandbox.Stop));
            await Assert.ThrowsAsync<InvalidMoveException>(() => writer.MoveFileAsync(file.Id, elsewhere.Id, "f", Sandbox.Stop));
            await Assert.ThrowsAsync<ItemNotFoundException>(() => writer.MoveFolderAsync(a.Id, "fld_none", "a", Sandbox.Stop));
            await Assert.ThrowsAsync<ItemNotFoundException>(() => writer.MoveFolderAsync(a.Id, file.Id, "a", Sandbox.Stop));
        });
        Assert.Empty(await sandbox.ChangesAsync(before));

        // Only the letters of its path begin alike.
        await sandbox.WriteAsync(writer => writer.MoveFolderAsync(a.Id, prefix.Id, "a", Sandbox.Stop));
        Assert.Equal("/ab/a/b/c", (await sandbox.Drive.FindFolderAsync(sandbox.TenantId, c.Id, Sandbox.Stop))!.Path);
    }

    [Fact]
    public async Task Two_folders_moved_into_each_other_at_once_make_no_circle()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var a = await sandbox.CreateFolderAsync("/a");
        var b = await sandbox.CreateFolderAsync("/b");

        await Task.WhenAll(TryMoveAsync(a.Id, b.Id, "a"), TryMoveAsync(b.Id, a.Id, "b"));

        var paths = new[] { a.Id, b.Id }.Select(async id => (await sandbox.Drive.FindFolderAsync(sandbox.TenantId, id, Sandbox.Stop))!.Path);
        Assert.Contains(string.Join(' ', await Task.WhenAll(paths)), new[] { "/b/a /b", "/a /a/b" });

        Task TryMoveAsync(string id, string parent, string name) => Task.Run(async () =>
        {
            try
            {
                await sandbox.WriteAsync(writer => writer.MoveFolderAsync(id, parent, name, Sandbox.Stop));
            }
            catch (InvalidMoveException)
            {
                // The other was first.
            }
        });
    }

    [Fact]
    public async Task A_path_that_grows_too_long_is_refused_wherever_below_that_would_be()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var name = new string('n', 250);
        DriveFolder folder = await sandbox.CreateFolderAsync("/" + string.Join('/', Enumerable.Repeat(name, 130)));
        var top = await sandbox.CreateFolderAsync("/top");
        var root = (await ChildrenAsync(sandbox, null)).Single(item => item.Name == name);

        await sandbox.WriteAsync(async writer =>
        {
            Assert.Equal("PATH_TOO_LONG", (await Assert.ThrowsAsync<PathTooLongException>(
                () => writer.CreateFolderAsync(sandbox.ShareId, folder.Id, name, Sandbox.Stop))).Code);
            var under = await writer.CreateFolderAsync(sandbox.ShareId, top.Id, new string('m', 140), Sandbox.Stop);
            await Assert.ThrowsAsync<PathTooLongException>(() => writer.MoveFolderAsync(root.Id, under.Id, name, Sandbox.Stop));
        });

        Assert.Equal(folder.Path, (await sandbox.Drive.FindFolderAsync(sandbox.TenantId, folder.Id, Sandbox.Stop))!.Path);
    }

    [Fact]
    public async Task A_folder_is_deleted_with_all_that_is_in_it_deepest_first()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var a = await sandbox.CreateFolderAsync("/a");
        var b = await sandbox.CreateFolderAsync("/a/b");
        var inner = await sandbox.CreateFileAsync("f", b.Id);
        var outer = await sandbox.CreateFileAsync("g", a.Id);
        var earlier = await sandbox.CreateFileAsync("h", a.Id);
        await sandbox.WriteAsync(writer => writer.DeleteFileAsync(earlier.Id, permanent: false, Sandbox.Stop));
        var before = await sandbox.LastChangeAsync();

        await sandbox.WriteAsync(writer => writer.DeleteFolderAsync(a.Id, permanent: false, Sandbox.Stop));

        var changes = await sandbox.ChangesAsync(before);
        Assert.Equal([inner.Id, outer.Id, b.Id, a.Id], changes.Select(change => change.ResourceId));
        Assert.Equal(["/a/b/f", "/a/g", "/a/b", "/a"], changes.Select(change => change.OldPath));
        Assert.Equal(inner with { IsDeleted = true }, changes[0].File);
        Assert.Empty(await sandbox.Drive.FindFilesAsync(sandbox.TenantId, [inner.Id, outer.Id], Sandbox.Stop));
        Assert.True((await sandbox.Drive.FindFolderAsync(sandbox.TenantId, b.Id, Sandbox.Stop))!.IsDeleted);
        // Restoring the folder must not bring back what was in the trash before.
        Assert.Equal(earlier.Id, await sandbox.ScalarAsync<string>("SELECT deleted_with FROM items WHERE tenant_id = $1 AND id = $2", sandbox.TenantId, earlier.Id));
        Assert.Equal(a.Id, await sandbox.ScalarAsync<string>("SELECT deleted_with FROM items WHERE tenant_id = $1 AND id = $2", sandbox.TenantId, inner.Id));
        await sandbox.WriteAsync(async writer =>
        {
            await Assert.ThrowsAsync<ItemDeletedException>(() => writer.DeleteFolderAsync(a.Id, permanent: false, Sandbox.Stop));
            await Assert.ThrowsAsync<ItemDeletedException>(() => writer.MoveFolderAsync(b.Id, null, "b", Sandbox.Stop));
            await Assert.ThrowsAsync<ItemDeletedException>(() => writer.CreateFolderAsync(sandbox.ShareId, b.Id, "x", Sandbox.Stop));
        });

        await sandbox.WriteAsync(writer => writer.DeleteFolderAsync(a.Id, permanent: true, Sandbox.Stop));
        Assert.Equal(0L, await sandbox.ScalarAsync<long>("SELECT count(*) FROM items WHERE tenant_id = $1", sandbox.TenantId));
        Assert.Equal(4, (await sandbox.ChangesAsync(before)).Count);
    }

    [Fact]
    public async Task A_permanent_delete_of_a_live_folder_announces_what_was_live()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var a = await sandbox.CreateFolderAsync("/a");
        var live = await sandbox.CreateFileAsync("live", a.Id);
        var trashed = await sandbox.CreateFileAsync("trashed", a.Id);
        await sandbox.WriteAsync(writer => writer.DeleteFileAsync(trashed.Id, permanent: false, Sandbox.Stop));
        var before = await sandbox.LastChangeAsync();

        await sandbox.WriteAsync(writer => writer.DeleteFolderAsync(a.Id, permanent: true, Sandbox.Stop));

        var changes = await sandbox.ChangesAsync(before);
        Assert.Equal([live.Id, a.Id], changes.Select(change => change.ResourceId));
        Assert.Equal(live with { IsDeleted = true }, changes[0].File);
        Assert.NotNull(changes[0].VersionId);
        Assert.Equal(0L, await sandbox.ScalarAsync<long>("SELECT count(*) FROM items WHERE tenant_id = $1", sandbox.TenantId));
    }

    [Fact]
    public async Task Nothing_is_created_in_a_folder_while_it_goes_away()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        for (var round = 0; round < 15; round++)
        {
            var folder = await sandbox.CreateFolderAsync($"/a{round}/b");
            var top = (await sandbox.Drive.FindFolderAsync(sandbox.TenantId, folder.ParentId!, Sandbox.Stop))!;
            var file = await sandbox.NewFileAsync("f.txt", folder.Id);

            await Task.WhenAll(
                Task.Run(async () =>
                {
                    try
                    {
                        await sandbox.WriteAsync(writer => writer.CreateFileAsync(file, Sandbox.Stop));
                    }
                    catch (ItemDeletedException)
                    {
                        // The folder was quicker.
                    }
                }),
                Task.Run(() => sandbox.WriteAsync(writer => writer.DeleteFolderAsync(top.Id, permanent: false, Sandbox.Stop))));
        }

        Assert.Equal(0L, await sandbox.ScalarAsync<long>(
            """
            SELECT count(*) FROM items i JOIN items p ON p.tenant_id = i.tenant_id AND p.id = i.parent_id
            WHERE i.tenant_id = $1 AND p.is_deleted AND NOT i.is_deleted
            """,
            sandbox.TenantId));
        var changes = await sandbox.ChangesAsync();
        Assert.Equal(
            changes.Count(change => (change.ResourceType, change.Kind) == (ResourceType.File, ChangeKind.Created)),
            changes.Count(change => (change.ResourceType, change.Kind) == (ResourceType.File, ChangeKind.Deleted)));
    }

    [Fact]
    public async Task An_id_of_another_tenant_is_unknown()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await using var stranger = await Sandbox.CreateAsync();
        var folder = await sandbox.CreateFolderAsync("/a");
        var file = await sandbox.CreateFileAsync("f.txt", folder.Id);
        var (drive, tenant) = (stranger.Drive, stranger.TenantId);
        var content = await stranger.StoreAsync("x");

        Assert.Null(await drive.FindFileAsync(tenant, file.Id, Sandbox.Stop));
        Assert.Empty(await drive.FindFilesAsync(tenant, [file.Id], Sandbox.Stop));
        Assert.Null(await drive.FindFolderAsync(tenant, folder.Id, Sandbox.Stop));
        Assert.Null(await drive.FindShareAsync(tenant, sandbox.ShareId, Sandbox.Stop));
        Assert.Null(await drive.FindFileByPathAsync(tenant, sandbox.ShareId, "/a/f.txt", Sandbox.Stop));
        Assert.DoesNotContain(await drive.ReadChangesAsync(tenant, 0, 1000, Sandbox.Stop), change => change.TenantId != tenant);
        await Assert.ThrowsAsync<ItemNotFoundException>(() => drive.OpenContentAsync(tenant, file.Id, null, Sandbox.Stop));
        await Assert.ThrowsAsync<ContentMissingException>(() => drive.OpenContentByHashAsync(tenant, file.ChecksumSha256, Sandbox.Stop));
        await Assert.ThrowsAsync<ItemNotFoundException>(() => drive.ListChildrenAsync(tenant, sandbox.ShareId, null, false, 10, 0, Sandbox.Stop));
        await Assert.ThrowsAsync<ItemNotFoundException>(() => drive.ListChildrenAsync(tenant, stranger.ShareId, folder.Id, false, 10, 0, Sandbox.Stop));
        await stranger.WriteAsync(async writer =>
        {
            await Unknown(() => writer.CreateFileAsync(new(sandbox.ShareId, null, "n", content, "a/b", Sandbox.Modified), Sandbox.Stop));
            await Unknown(() => writer.CreateFileAsync(new(stranger.ShareId, folder.Id, "n", content, "a/b", Sandbox.Modified), Sandbox.Stop));
            await Unknown(() => writer.CreateFolderAsync(sandbox.ShareId, null, "n", Sandbox.Stop));
            await Unknown(() => writer.EnsureFolderAsync(sandbox.ShareId, "/a", Sandbox.Stop));
            await Unknown(() => writer.AddVersionAsync(file.Id, content, "a/b", Sandbox.Modified, Sandbox.Stop));
            await Unknown(() => writer.MoveFileAsync(file.Id, null, "n", Sandbox.Stop));
            await Unknown(() => writer.DeleteFileAsync(file.Id, permanent: true, Sandbox.Stop));
            await Unknown(() => writer.MoveFolderAsync(folder.Id, null, "n", Sandbox.Stop));
            await Unknown(() => writer.DeleteFolderAsync(folder.Id, permanent: true, Sandbox.Stop));
        });
        Assert.Equal(file, await sandbox.Drive.FindFileAsync(sandbox.TenantId, file.Id, Sandbox.Stop));

        static Task Unknown(Func<Task> call) => Assert.ThrowsAsync<ItemNotFoundException>(call);
    }

    [Fact]
    public async Task A_folder_of_one_share_is_not_found_in_another()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var folder = await sandbox.CreateFolderAsync("/a");
        var other = await sandbox.WriteAsync(writer => writer.EnsureShareAsync("Other", Sandbox.Stop));
        var file = await sandbox.NewFileAsync("f");
        await Assert.ThrowsAsync<ItemNotFoundException>(
            () => sandbox.WriteAsync(writer => writer.CreateFileAsync(file with { ShareId = other.Id, FolderId = folder.Id }, Sandbox.Stop)));
    }

    [Fact]
    public async Task Current_content_stays_current_until_the_asker_is_done()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var file = await sandbox.CreateFileAsync("a.txt", text: "one");
        var content = await sandbox.StoreAsync("two");
        await using var connection = await sandbox.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        Assert.True(await sandbox.Drive.IsCurrentAsync(transaction, sandbox.TenantId, file.Id, file.ChecksumSha256, Sandbox.Stop));
        Assert.False(await sandbox.Drive.IsCurrentAsync(transaction, sandbox.TenantId, file.Id, content.Sha256, Sandbox.Stop));

        var newer = sandbox.WriteAsync(writer => writer.AddVersionAsync(file.Id, content, "text/plain", Sandbox.Modified, Sandbox.Stop));
        while (!await sandbox.ScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid)))", connection.ProcessID))
        {
            Assert.False(newer.IsCompleted);
        }

        await sandbox.Drive.MarkVectorizedAsync(transaction, sandbox.TenantId, file.Id, file.ChecksumSha256, Sandbox.Modified, Sandbox.Stop);
        await transaction.CommitAsync();

        Assert.Equal(2, (await newer).Version);
        await using var after = await connection.BeginTransactionAsync();
        Assert.False(await sandbox.Drive.IsCurrentAsync(after, sandbox.TenantId, file.Id, file.ChecksumSha256, Sandbox.Stop));
        Assert.True(await sandbox.Drive.IsCurrentAsync(after, sandbox.TenantId, file.Id, content.Sha256, Sandbox.Stop));
    }

    [Fact]
    public async Task Vectors_of_older_content_do_not_mark_the_file()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var file = await sandbox.CreateFileAsync("a.txt", text: "one");
        await MarkVectorizedAsync(sandbox, file with { ChecksumSha256 = new string('0', 64) });
        Assert.Null((await sandbox.Drive.FindFileAsync(sandbox.TenantId, file.Id, Sandbox.Stop))!.VectorizedAt);
        await MarkVectorizedAsync(sandbox, file);
        Assert.Equal(Sandbox.Modified, (await sandbox.Drive.FindFileAsync(sandbox.TenantId, file.Id, Sandbox.Stop))!.VectorizedAt);
    }

    [Fact]
    public async Task The_local_tenant_and_user_are_there_after_asking_twice()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var caller = await sandbox.Drive.EnsureLocalTenantAsync(Sandbox.Stop);
        Assert.Equal(caller, await sandbox.Drive.EnsureLocalTenantAsync(Sandbox.Stop));
        Assert.Equal(new Caller("tnt_local", "usr_local", true), caller);
        Assert.Equal(5368709120, (await sandbox.Drive.FindTenantAsync("tnt_local", Sandbox.Stop))!.MaxFileSizeBytes);

        // As operators are told to type it.
        await using var command = sandbox.DataSource.CreateCommand("SELECT status, is_active FROM users WHERE id = 'usr_local'");
        await using var rows = await command.ExecuteReaderAsync();
        Assert.True(await rows.ReadAsync());
        Assert.Equal(("active", true), (rows.GetString(0), rows.GetBoolean(1)));
    }

    private static async Task<IReadOnlyList<ChildItem>> ChildrenAsync(Sandbox sandbox, string? folderId) =>
        (await sandbox.Drive.ListChildrenAsync(sandbox.TenantId, sandbox.ShareId, folderId, false, 1000, 0, Sandbox.Stop)).Items;

    private static async Task MarkVectorizedAsync(Sandbox sandbox, DriveFile file)
    {
        await using var connection = await sandbox.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await sandbox.Drive.MarkVectorizedAsync(transaction, sandbox.TenantId, file.Id, file.ChecksumSha256, Sandbox.Modified, Sandbox.Stop);
        await transaction.CommitAsync();
    }
}
