namespace ScaiDrive.Drive.Tests;

public sealed class ListingTests
{
    [Fact]
    public async Task Folders_come_first_and_each_kind_by_name()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        foreach (var name in new[] { "b", "a", "B", "é" })
        {
            await sandbox.CreateFileAsync(name + ".txt");
            await sandbox.CreateFolderAsync("/" + name);
        }

        var page = await sandbox.Drive.ListChildrenAsync(sandbox.TenantId, sandbox.ShareId, null, false, 100, 0, Sandbox.Stop);

        Assert.Equal(["B", "a", "b", "é", "B.txt", "a.txt", "b.txt", "é.txt"], page.Items.Select(item => item.Name));
        Assert.Equal(("/", 8), (page.Path, page.Total));
        var (folder, file) = (page.Items[0], page.Items[4]);
        Assert.Equal((ItemKind.Folder, null, null), (folder.Kind, folder.SizeBytes, folder.MimeType));
        Assert.Equal((ItemKind.File, 4L, "text/plain", Sandbox.Modified), (file.Kind, file.SizeBytes, file.MimeType, file.ModifiedAt));
    }

    [Fact]
    public async Task The_trash_is_shown_only_when_asked_for()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var folder = await sandbox.CreateFolderAsync("/a");
        await sandbox.CreateFileAsync("live", folder.Id);
        var trashed = await sandbox.CreateFileAsync("trashed", folder.Id);
        await sandbox.WriteAsync(writer => writer.DeleteFileAsync(trashed.Id, permanent: false, Sandbox.Stop));

        Assert.Equal(["live"], (await ListAsync(false)).Items.Select(item => item.Name));
        var all = await ListAsync(true);
        Assert.Equal([("live", false), ("trashed", true)], all.Items.Select(item => (item.Name, item.IsDeleted)));
        Assert.Equal(("/a", 2), (all.Path, all.Total));

        await sandbox.WriteAsync(writer => writer.DeleteFolderAsync(folder.Id, permanent: false, Sandbox.Stop));
        await Assert.ThrowsAsync<ItemDeletedException>(() => ListAsync(false));
        Assert.Equal(2, (await ListAsync(true)).Items.Count);

        Task<ChildrenPage> ListAsync(bool includeDeleted) =>
            sandbox.Drive.ListChildrenAsync(sandbox.TenantId, sandbox.ShareId, folder.Id, includeDeleted, 10, 0, Sandbox.Stop);
    }

    [Fact]
    public async Task Sixty_thousand_children_come_page_by_page_from_an_index()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var folder = await sandbox.CreateFolderAsync("/big");
        await BulkFiles.InsertAsync(sandbox, folder.Id, 60_000);
        foreach (var name in new[] { "zz", "00" })
            await sandbox.CreateFolderAsync("/big/" + name);
        await sandbox.ExecuteAsync("VACUUM (ANALYZE) items");

        var names = new List<string>();
        ChildrenPage page;
        do
        {
            page = await sandbox.Drive.ListChildrenAsync(sandbox.TenantId, sandbox.ShareId, folder.Id, false, 1000, names.Count, Sandbox.Stop);
            Assert.Equal(60_002, page.Total);
            names.AddRange(page.Items.Select(item => item.Name));
        }
        while (page.Items.Count > 0);

        Assert.Equal(60_002, names.Distinct().Count());
        Assert.Equal(["00", "zz"], names.Take(2));
        Assert.Equal(names.Skip(2).Order(StringComparer.Ordinal), names.Skip(2));

        var plan = await PlanAsync(sandbox, folder.Id);
        Assert.Contains("Index Only Scan using items_children_idx", plan, StringComparison.Ordinal);
        Assert.Contains("Index Scan using items_pkey", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1001, 0)]
    [InlineData(10, -1)]
    public async Task A_page_has_bounds(int limit, int offset)
    {
        await using var sandbox = await Sandbox.CreateAsync();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => sandbox.Drive.ListChildrenAsync(sandbox.TenantId, sandbox.ShareId, null, false, limit, offset, Sandbox.Stop));
    }

    private static async Task<string> PlanAsync(Sandbox sandbox, string folderId)
    {
        await using var command = sandbox.DataSource.CreateCommand("EXPLAIN " + ItemSql.ListLiveChildren);
        command.Parameters.Add(Arg.Of(sandbox.TenantId));
        command.Parameters.Add(Arg.Of(folderId));
        command.Parameters.Add(Arg.Of(100));
        command.Parameters.Add(Arg.Of(30_000));
        var lines = new List<string>();
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            lines.Add(rows.GetString(0));
        return string.Join('\n', lines);
    }
}
