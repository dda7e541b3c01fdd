using ScaiDrive.Search.Index;
using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Index;

public sealed class FilterTests
{
    private static readonly DateTimeOffset March = new(2025, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Files_are_filtered_by_when_they_were_modified_the_first_moment_counts_the_last_does_not()
    {
        await using var room = await SearchRoom.CreateAsync();
        for (var day = 0; day < 4; day++)
        {
            IndexedFile file = File($"fil_{day}", $"{day}.txt", "shared words") with { ModifiedAt = March.AddDays(day) };
            await room.AddAsync(file, "shared words");
        }

        Assert.Equal(["fil_1", "fil_2"], await BetweenAsync(room, March.AddDays(1), March.AddDays(3)));
        Assert.Equal(["fil_2", "fil_3"], await BetweenAsync(room, March.AddDays(1).AddTicks(1), null));
        Assert.Equal(["fil_0"], await BetweenAsync(room, null, March.AddDays(1)));
        Assert.Empty(await BetweenAsync(room, March.AddDays(3), March.AddDays(1)));
        Assert.Equal(["fil_1", "fil_2"], (await room.NearAsync("shared words", request: Request("shared words") with
        {
            ModifiedFrom = March.AddDays(1).ToOffset(TimeSpan.FromHours(5)),
            ModifiedTo = March.AddDays(3),
        })).Select(file => file.FileId).Order());
    }

    [Fact]
    public async Task A_file_that_was_modified_again_is_filtered_by_its_new_time_also_after_a_restart()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync(File("fil_1", "1.txt", "shared words"), "shared words");
        await room.FindAsync("shared");
        await room.CommitAsync(tx => room.Writer.UpsertFilesAsync(
            tx, Tenant, [File("fil_1", "1.txt", "shared words") with { ModifiedAt = March.AddYears(1) }], Stop));
        Assert.Empty(await BetweenAsync(room, March, March.AddMonths(1)));
        Assert.Equal(["fil_1"], await BetweenAsync(room, March.AddYears(1), null));
        room.RestartNode();
        Assert.Equal(["fil_1"], await BetweenAsync(room, March.AddYears(1), null));
        Assert.Empty(await BetweenAsync(room, null, March.AddYears(1)));
    }

    [Fact]
    public async Task Totals_count_what_the_filters_leave()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.CommitAsync(tx => room.Writer.UpsertFilesAsync(
            tx, Tenant,
            [.. Enumerable.Range(0, 90).Select(i => File($"fil_{i:00}", $"shared name {i}.txt", share: $"shr_{i % 3}", type: i % 2 == 0 ? "text/plain" : "image/png", at: $"/{i % 5}/"))],
            Stop));
        async Task<int> TotalAsync(Func<Search.Query.SearchRequest, Search.Query.SearchRequest> with) =>
            (await room.Service.KeywordAsync(with(Request("shared", limit: 5)), Stop)).Total;
        await room.FindAsync("shared");
        Assert.Equal(90, await TotalAsync(request => request));
        Assert.Equal(60, await TotalAsync(request => request with { AllowedShares = new HashSet<string> { "shr_0", "shr_2", "shr_none" } }));
        Assert.Equal(15, await TotalAsync(request => request with { ShareId = "shr_1", MimeTypes = ["image/*"] }));
        Assert.Equal(18, await TotalAsync(request => request with { PathPrefix = "/3/" }));
        Assert.Equal(3, await TotalAsync(request => request with { PathPrefix = "/3/", ShareId = "shr_1", MimeTypes = ["IMAGE/PNG"] }));
        Assert.Equal(0, await TotalAsync(request => request with { AllowedShares = new HashSet<string>() }));
    }

    private static async Task<IReadOnlyList<string>> BetweenAsync(SearchRoom room, DateTimeOffset? from, DateTimeOffset? to) =>
        [.. (await room.FindAsync(Request("shared") with { ModifiedFrom = from, ModifiedTo = to })).Order()];
}
