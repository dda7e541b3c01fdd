using ScaiDrive.Search.Tests.Support;
using ScaiDrive.Search.Text;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Text;

public sealed class ExtractedTextStoreTests
{
    [Fact]
    public async Task Text_comes_back_as_it_was_saved_under_its_tenant_content_and_pipeline()
    {
        await using var room = await SearchRoom.CreateAsync();
        var store = new ExtractedTextStore(room.DataSource);
        var text = new StoredText(
            "ok", "application/pdf",
            [new(1, "Title\nwith \0 NUL, \"quotes\" and 日本語", [new(0, 1, "Title")], null), new(2, "scanned", [], 0.93)], [3, 4]);
        await room.CommitAsync(tx => store.SaveAsync(tx, Tenant, "hash", "v1", text, Stop));
        Assert.Equivalent(text, await store.FindAsync(Tenant, "hash", "v1", Stop), strict: true);
        Assert.Null(await store.FindAsync("tnt_two", "hash", "v1", Stop));
        Assert.Null(await store.FindAsync(Tenant, "hash", "v2", Stop));

        await room.CommitAsync(tx => store.SaveAsync(tx, Tenant, "hash", "v1", text with { Status = "encrypted", Pages = [] }, Stop));
        Assert.Equal("encrypted", (await store.FindAsync(Tenant, "hash", "v1", Stop))!.Status);
    }
}
