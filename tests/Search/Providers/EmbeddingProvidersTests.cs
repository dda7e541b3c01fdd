using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.AI;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Query;
using ScaiDrive.Search.Tests.Support;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Providers;

public sealed class EmbeddingProvidersTests
{
    [Fact]
    public async Task A_tenant_without_settings_indexes_everything_with_the_local_provider_and_without_ocr()
    {
        await using var room = await SearchRoom.CreateAsync();
        var decisions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => room.Providers.DecideAsync("tnt_new", "shr_a", "/a.txt", "text/plain", Stop)));
        Assert.All(decisions, decision => Assert.True(decision is { IndexContent: true, Semantic: true, Ocr: false }));
        Assert.Equal(("local", "use-lite-en", 512), (decisions[0].Provider.Type, decisions[0].Provider.Model, decisions[0].Provider.Dimensions));
        Assert.Single(await room.Providers.ListAsync("tnt_new", Stop));
    }

    [Fact]
    public async Task The_first_policy_that_matches_decides_and_says_nothing_about_ocr_unless_it_does()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.ExecuteAsync("""
            INSERT INTO search.provider (tenant_id, id, name, type, model, dimensions, ocr) VALUES ('tnt_one', 'prv_ocr', 'With OCR', 'local', 'words-64', 64, true);
            INSERT INTO search.policy (tenant_id, id, name, position, share_id, path_prefix, mime_pattern, index_content, semantic, ocr, provider_id) VALUES
                ('tnt_one', 'pol_1', 'no videos', 1, NULL, NULL, 'video/*', false, true, NULL, NULL),
                ('tnt_one', 'pol_2', 'archive',   2, 'shr_b', '/archive/', NULL, true, false, NULL, 'prv_ocr'),
                ('tnt_one', 'pol_3', 'scans',     3, 'shr_b', NULL, NULL, true, true, false, 'prv_ocr'),
                ('tnt_one', 'pol_9', 'the rest',  9, NULL, NULL, NULL, true, true, NULL, NULL);
            """);
        async Task<PolicyDecision> Decide(string share, string path, string type) => await room.Providers.DecideAsync(Tenant, share, path, type, Stop);
        Assert.True(await Decide("shr_b", "/archive/a.mp4", "video/mp4") is { PolicyId: "pol_1", IndexContent: false, Semantic: false, Ocr: false });
        Assert.True(await Decide("shr_b", "/archive/a.pdf", "application/pdf") is { PolicyId: "pol_2", Semantic: false, Ocr: true, Provider.Id: "prv_ocr" });
        Assert.True(await Decide("shr_b", "/a.pdf", "application/pdf") is { PolicyId: "pol_3", Ocr: false });
        Assert.True(await Decide("shr_a", "/a.pdf", "application/pdf") is { PolicyId: "pol_9", Ocr: false, Provider.Id: "prv_words" });
        var fault = await Assert.ThrowsAsync<EmbeddingUnavailableException>(() => room.Providers.ResolveAsync(Tenant, "shr_b", "/archive/a.pdf", "application/pdf", Stop));
        Assert.Equal("semantic_disabled", fault.Code);
    }

    [Fact]
    public async Task Pointing_the_policy_at_another_provider_restores_meaning_without_a_restart()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "some words");
        await room.ExecuteAsync("UPDATE search.provider SET type = 'cloud', updated_at = clock_timestamp() WHERE tenant_id = 'tnt_one'");
        var fault = await Assert.ThrowsAsync<EmbeddingUnavailableException>(() => room.Service.SemanticAsync(Request("words"), Stop));
        Assert.Equal("provider_type_unsupported", fault.Code);
        await room.ExecuteAsync("""
            INSERT INTO search.provider (tenant_id, id, name, type, model, dimensions) VALUES ('tnt_one', 'prv_second', 'Second', 'local', 'words-64', 64);
            UPDATE search.policy SET provider_id = 'prv_second' WHERE tenant_id = 'tnt_one';
            """);
        Assert.Single((await room.Service.SemanticAsync(Request("words"), Stop)).Hits);
    }

    [Fact]
    public async Task A_provider_with_another_dimension_is_refused()
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.ExecuteAsync("UPDATE search.provider SET dimensions = 65");
        var fault = await Assert.ThrowsAsync<EmbeddingUnavailableException>(() => room.Service.SemanticAsync(Request("words"), Stop));
        Assert.Equal(("provider_dimensions_differ", false), (fault.Code, fault.IsTransient));
    }

    [Fact]
    public async Task A_provider_that_could_not_be_opened_is_tried_again()
    {
        await using var room = await SearchRoom.CreateAsync();
        var weights = false;
        var providers = new EmbeddingProviders(
            room.DataSource,
            [new LocalProviderFactory(() => weights ? (IEmbeddingGenerator<string, Embedding<float>>)room.Vectors : throw new FileNotFoundException("weights"))],
            room.Watch, room.Time);
        var fault = await Assert.ThrowsAsync<EmbeddingUnavailableException>(() => providers.ResolveDefaultAsync(Tenant, Stop));
        Assert.Equal(("provider_down", true), (fault.Code, fault.IsTransient));
        weights = true;
        Assert.Equal("prv_words", (await providers.ResolveDefaultAsync(Tenant, Stop)).Id);
    }

    public static TheoryData<Exception> Outages => new(
        new HttpRequestException("connection refused"),
        new HttpRequestException("busy", null, HttpStatusCode.TooManyRequests),
        new HttpRequestException("slow", null, HttpStatusCode.RequestTimeout),
        new HttpRequestException("down", null, HttpStatusCode.ServiceUnavailable),
        new SocketException(),
        new IOException("connection reset", new SocketException()),
        new HttpIOException(HttpRequestError.ResponseEnded),
        new TimeoutException(),
        new TaskCanceledException());

    public static TheoryData<Exception> Failures => new(
        new HttpRequestException("too long", null, HttpStatusCode.BadRequest),
        new HttpRequestException("no key", null, HttpStatusCode.Unauthorized),
        new FormatException(),
        new ArgumentException("text"),
        new IOException("disk"),
        new InvalidOperationException());

    [Theory]
    [MemberData(nameof(Outages), DisableDiscoveryEnumeration = true)]
    public async Task An_outage_is_told_apart_because_it_may_pass(Exception outage)
    {
        await using var room = await SearchRoom.CreateAsync();
        room.Vectors.Fault = outage;
        var provider = await room.Providers.ResolveDefaultAsync(Tenant, Stop);
        var fault = await Assert.ThrowsAsync<EmbeddingUnavailableException>(() => provider.EmbedAsync(["words"], Stop));
        Assert.Equal(("provider_down", true, outage), (fault.Code, fault.IsTransient, fault.InnerException));
    }

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public async Task What_would_fail_again_comes_through_as_it_is_but_a_search_only_lacks_embeddings(Exception failure)
    {
        await using var room = await SearchRoom.CreateAsync();
        await room.AddAsync("fil_1", "1.txt", "some words");
        room.Vectors.Fault = failure;
        var provider = await room.Providers.ResolveDefaultAsync(Tenant, Stop);
        Assert.Same(failure, await Record.ExceptionAsync(() => provider.EmbedAsync(["words"], Stop)));

        var fault = await Assert.ThrowsAsync<EmbeddingUnavailableException>(() => room.Service.SemanticAsync(Request("words"), Stop));
        Assert.Equal(("provider_failed", false), (fault.Code, fault.IsTransient));
        Assert.Equal("embedding_unavailable", (await room.Service.HybridAsync(Request("words"), Stop)).Degraded);
        Assert.Equal("provider_failed", (await room.Providers.ProbeAsync(Tenant, Stop)).Code);
    }

    [Fact]
    public async Task A_search_that_is_cancelled_ends_as_cancelled()
    {
        await using var room = await SearchRoom.CreateAsync();
        using var stop = new CancellationTokenSource();
        var provider = await room.Providers.ResolveDefaultAsync(Tenant, Stop);
        await stop.CancelAsync();
        room.Vectors.Fault = new OperationCanceledException(stop.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => provider.EmbedAsync(["words"], stop.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => provider.EmbedQueryAsync("words", stop.Token));
    }
}
