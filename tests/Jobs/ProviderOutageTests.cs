using ScaiDrive.Drive;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Extraction;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Policies;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Embedding.Providers.Health;
using ScaiDrive.Tests.Support.Providers;

namespace ScaiDrive.Jobs.Tests;

public sealed class ProviderOutageTests : IAsyncLifetime
{
    private const int Files = 200;

    private static readonly Caller Admin = new(Fleet.Tenant, DriveStore.LocalUserId, IsAdmin: true);

    private FakeProvider server = null!;
    private Fleet fleet = null!;

    public async Task InitializeAsync()
    {
        server = await FakeProvider.StartAsync();
        fleet = await Fleet.CreateAsync();
    }

    public async Task DisposeAsync()
    {
        await fleet.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_provider_that_dies_in_the_middle_of_indexing_loses_nothing_and_all_goes_on_when_it_is_back()
    {
        var provider = await AddDefaultAsync("first");
        await fleet.StartAsync();
        await AddFilesThroughOutageAsync(provider);

        await server.RestartAsync();
        await fleet.SettleAsync();

        await AssertAllEmbeddedAsync();
        Assert.Equal(["1"], await fleet.ColumnAsync("SELECT DISTINCT attempt::text FROM queue.job_row WHERE kind = 'embed-text'"));
        Assert.Equal(["vectorization.provider_down", "vectorization.provider_up"], await SecurityEventsAsync());
        Assert.Equal("healthy", (await HealthAsync(provider)).Status);
    }

    [Fact]
    public async Task A_provider_that_dies_for_good_loses_nothing_once_the_policy_points_at_another_one()
    {
        await using var other = await FakeProvider.StartAsync();
        other.Dimensions = 24;
        var provider = await AddDefaultAsync("first");
        var second = (await fleet.Get<ProviderAdmin>().CreateAsync(Admin, Settings("second", other) with { Type = "hugging_face", Endpoint = other.Address + "embed", Model = "other/model" }, default)).Provider;
        await fleet.StartAsync();
        await AddFilesThroughOutageAsync(provider);

        await fleet.Get<PolicyChanges>().ChangeAsync(
            Admin, "pol_default",
            list => list.Change("pol_default", new PolicyWish(list.Find("pol_default").Rule with { ProviderId = second.Id }, null, null), DateTimeOffset.UnixEpoch),
            dryRun: false, default);
        await fleet.SettleAsync();

        await AssertAllEmbeddedAsync();
        Assert.Equal([$"{second.Model}|{Files}"], await fleet.ColumnAsync("SELECT model || '|' || count(*) FROM search.file_vectors WHERE model = 'other/model' GROUP BY model"));
        Assert.NotEmpty(await fleet.FindAsync("word", byMeaning: true));
    }

    [Fact]
    public async Task Another_provider_of_the_same_model_stands_in_when_it_was_asked_to_and_both_ends_leave_an_event()
    {
        await using var other = await FakeProvider.StartAsync();
        var provider = await AddDefaultAsync("first");
        var standIn = (await fleet.Get<ProviderAdmin>().CreateAsync(Admin, Settings("second", other) with { FallbackOrder = 1 }, default)).Provider;
        await fleet.StartAsync();
        await server.KillAsync();

        await fleet.AddAsync("while-away.txt", "axolotl in the water");
        await fleet.SettleAsync();

        Assert.Equal(["while-away.txt"], await fleet.FindAsync("axolotl in the water", byMeaning: true));
        Assert.Equal(standIn.Id, (await HealthAsync(provider)).StandInId);
        await server.RestartAsync();
        Assert.True((await fleet.Get<ProviderAdmin>().TestAsync(Fleet.Tenant, provider.Id, default))!.Available);
        Assert.Equal(
            ["vectorization.provider_down", "vectorization.provider_fallback_started", "vectorization.provider_fallback_ended", "vectorization.provider_up"],
            await SecurityEventsAsync());
    }

    [Fact]
    public async Task A_wish_to_wait_is_honoured_by_the_line_of_that_provider_alone_and_costs_no_attempt()
    {
        var provider = await AddDefaultAsync("first");
        server.Fault = _ => new(429, "{}", ("Retry-After", "300"));
        await fleet.StartAsync();
        var file = await fleet.AddAsync("a.txt", "axolotl");
        await Fleet.UntilAsync(async () => (await fleet.ColumnAsync("SELECT key FROM queue.rule WHERE throttled_until > now() + interval '4 minutes'")).Count > 0);

        var rule = await fleet.Get<QueueRules>().FindAsync(ProviderLanes.RuleKeyOf(Fleet.Tenant, provider.Id), default);
        Assert.StartsWith(ReasonCodes.ProviderThrottled, rule!.ThrottleReason, StringComparison.Ordinal);
        Assert.Contains((await fleet.StatusAsync(file.Id)).Stages, stage => stage.ReasonCode == ReasonCodes.ProviderThrottled);
        Assert.Empty(await SecurityEventsAsync());

        server.Fault = null;
        await fleet.WakeEmbeddingAsync();
        await fleet.SettleAsync();
        Assert.Equal(["1"], await fleet.ColumnAsync("SELECT DISTINCT attempt::text FROM queue.job_row WHERE kind = 'embed-text'"));
    }

    [Fact]
    public async Task A_key_that_is_not_accepted_holds_the_files_until_it_is_mended()
    {
        var provider = await AddDefaultAsync("first");
        server.Fault = _ => new(401, """{"error":{"message":"no"}}""");
        await fleet.StartAsync();
        var file = await fleet.AddAsync("a.txt", "axolotl");
        await Fleet.UntilAsync(async () => (await fleet.StatusAsync(file.Id)).Stages.Any(stage => stage.ReasonCode == ReasonCodes.ProviderAuth));
        await Fleet.UntilAsync(async () => (await fleet.ColumnAsync("SELECT key FROM queue.rule WHERE throttled_until > now()")).Count > 0);

        server.Fault = null;
        await fleet.Get<ProviderAdmin>().ChangeAsync(Admin, provider.Id, new ProviderSettings { ApiKey = FakeProvider.Key }, default);
        await fleet.SettleAsync();

        Assert.NotNull((await fleet.StatusAsync(file.Id)).VectorizedAt);
    }

    [Fact]
    public async Task A_text_that_the_provider_refuses_is_told_and_the_rest_of_its_file_is_found_by_meaning()
    {
        await AddDefaultAsync("first");
        server.Refuses = "axolotl";
        await fleet.StartAsync();
        var file = await fleet.AddAsync("a.txt", "axolotl");
        await fleet.AddAsync("b.txt", "capybara");
        await fleet.SettleAsync();

        var status = await fleet.StatusAsync(file.Id);
        Assert.Contains(status.Stages, stage => stage is { State: "done", ReasonCode: ReasonCodes.TextRefused });
        Assert.Equal(["a.txt"], await fleet.FindAsync("axolotl"));
        Assert.Equal(["b.txt"], await fleet.FindAsync("capybara", byMeaning: true));
    }

    private static ProviderSettings Settings(string name, FakeProvider at) => new()
    {
        Name = name,
        Type = "openai_compatible",
        Endpoint = at.Address.AbsoluteUri,
        ApiKey = FakeProvider.Key,
        Model = FakeProvider.Model,
    };

    private async Task<ProviderRow> AddDefaultAsync(string name)
    {
        var created = await fleet.Get<ProviderAdmin>().CreateAsync(Admin, Settings(name, server) with { IsDefault = true }, default);
        Assert.Equal(server.Dimensions, created.Provider.Dimensions);
        return created.Provider;
    }

    // Dies when some are embedded and most are not.
    private async Task AddFilesThroughOutageAsync(ProviderRow provider)
    {
        var embedded = 0;
        server.Fault = _ => Interlocked.Increment(ref embedded) > 20 ? FakeAnswer.Reset : null;
        for (var i = 0; i < Files; i++)
            await fleet.AddAsync($"file-{i}.txt", $"word number{i} of many", ChangeOrigin.Interactive());
        await Fleet.UntilAsync(async () => (await fleet.ColumnAsync($"SELECT key FROM queue.rule WHERE key = '{ProviderLanes.RuleKeyOf(Fleet.Tenant, provider.Id)}' AND throttled_until > now()")).Count > 0);
        await server.KillAsync();
        server.Fault = null;
        // Words never wait for it.
        await Fleet.UntilAsync(async () => (await fleet.ColumnAsync("SELECT file_id FROM search.file_status WHERE status = 'indexed'")).Count == Files);
        Assert.InRange((await fleet.ColumnAsync("SELECT file_id FROM search.file_vectors")).Count, 1, Files - 1);
    }

    private async Task AssertAllEmbeddedAsync()
    {
        Assert.Equal(Files, (await fleet.ColumnAsync("SELECT file_id FROM search.file_status WHERE vectors = 'done'")).Count);
        Assert.Empty(await fleet.ColumnAsync("SELECT id::text FROM queue.job_row WHERE state = 'discarded'"));
        Assert.Empty(await fleet.ColumnAsync("SELECT file_id FROM search.file_stage WHERE stage = 'embed' AND (state <> 'done' OR reason_code IS NOT NULL)"));
    }

    private async Task<List<string>> SecurityEventsAsync() =>
        [.. (await fleet.Get<AuditLog>().ListAsync(Fleet.Tenant, new(AuditCategories.Security, null, "vectorization.", null, null, null, null, null), 50, default))
            .Select(one => one.Action).Reverse()];

    private async Task<ProviderHealthReport> HealthAsync(ProviderRow provider) =>
        (await fleet.Get<ProviderHealth>().ReadAsync(Fleet.Tenant, [provider], default))[provider.Id];
}
