using Microsoft.Extensions.Logging.Abstractions;
using ScaiDrive.Search.Embedding.Providers;
using ScaiDrive.Search.Embedding.Providers.Health;
using ScaiDrive.Search.Embedding.Providers.Remote;
using ScaiDrive.Search.Query;
using ScaiDrive.Store;
using ScaiDrive.Tests.Support.Providers;
using static ScaiDrive.Search.Tests.Support.SearchRoom;

namespace ScaiDrive.Search.Tests.Providers;

public sealed class RemoteProviderTests : IAsyncLifetime
{
    private static readonly SecretProtector Secrets = new([new byte[32]]);
    private static readonly ProviderHosts Here = new(ProviderHosts.Default);

    private FakeProvider server = null!;

    public async Task InitializeAsync() => server = await FakeProvider.StartAsync();

    public async Task DisposeAsync() => await server.DisposeAsync();

    public static TheoryData<string, string, string> Shapes => new()
    {
        { "openai", "/v1", FakeProvider.Model },
        { "openai_compatible", "", FakeProvider.Model },
        { "openai_compatible", "/v1/embeddings", FakeProvider.Model },
        { "scaigrid", "/v1/", FakeProvider.Model },
        { "azure_openai", "", FakeProvider.Model },
        { "azure_openai", "/openai/deployments/test-model?api-version=2024-10-21", "text-embedding-ada-002" },
        { "cohere", "", FakeProvider.Model },
        { "hugging_face", "/embed", "some/model" },
        { "ollama", "", FakeProvider.Model },
        { "bedrock", "", "amazon.titan-embed-text-v2:0" },
        { "bedrock", "", "cohere.embed-english-v3" },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Every_type_is_spoken_to_as_it_is_published(string type, string path, string model)
    {
        var texts = Enumerable.Range(0, 130).Select(i => $"text number {i}").ToList();
        var provider = Open(type, path, model);

        var embedded = await provider.EmbedDocumentsAsync(texts, Stop);
        var query = await provider.EmbedQueryAsync("text number 7", Stop);

        Assert.Null(embedded.Fault);
        Assert.Equal(texts.Select(server.VectorOf), embedded.Vectors);
        Assert.Equal(server.VectorOf("text number 7"), query);
    }

    [Theory]
    [InlineData("cohere", FakeProvider.Model)]
    [InlineData("bedrock", "cohere.embed-english-v3")]
    public async Task Documents_and_queries_are_told_apart_where_the_model_wants_it(string type, string model)
    {
        var provider = Open(type, "", model);
        await provider.EmbedDocumentsAsync(["document"], Stop);
        await provider.EmbedQueryAsync("query", Stop);
        Assert.Equal([("document", "search_document"), ("query", "search_query")], server.Requests.Select(request => (request.Texts[0], request.InputType!)));
    }

    [Theory]
    [InlineData("openai", "/v1", FakeProvider.Model, 2)]
    [InlineData("cohere", "", FakeProvider.Model, 22)]
    [InlineData("hugging_face", "/", "some/model", 66)]
    [InlineData("bedrock", "", "amazon.titan-embed-text-v2:0", 2100)]
    public async Task Requests_are_filled_to_the_limit_of_the_provider(string type, string path, string model, int requests)
    {
        await Open(type, path, model).EmbedDocumentsAsync([.. Enumerable.Range(0, 2100).Select(i => $"text {i}")], Stop);
        Assert.Equal(requests, server.Requests.Count);
    }

    [Fact]
    public async Task Texts_of_many_callers_share_a_request()
    {
        using var held = new CountdownEvent(4);
        using var go = new ManualResetEventSlim();
        server.Fault = request =>
        {
            if (held.CurrentCount > 0)
                held.Signal();
            go.Wait();
            return null;
        };
        var provider = Open("openai", "/v1", FakeProvider.Model);
        var first = Enumerable.Range(0, 4).Select(i => Task.Run(() => provider.EmbedDocumentsAsync([$"first {i}"], Stop))).ToList();
        await Task.Run(held.Wait);
        var later = Enumerable.Range(0, 50).Select(i => provider.EmbedDocumentsAsync([$"later {i}"], Stop)).ToList();
        go.Set();

        await Task.WhenAll([.. first, .. later]);

        Assert.Equal(5, server.Requests.Count);
        Assert.All(later, (task, i) => Assert.Equal(server.VectorOf($"later {i}"), task.Result.Vectors[0]));
    }

    [Fact]
    public async Task A_request_holds_no_more_tokens_than_allowed()
    {
        var texts = Enumerable.Range(0, 20).Select(i => new string((char)('a' + i), 30)).ToList();
        var provider = Open("openai", "/v1", FakeProvider.Model, row => row with { MaxTokensPerRequest = 40 });
        await provider.EmbedDocumentsAsync(texts, Stop);
        Assert.All(server.Requests, request => Assert.InRange(request.Texts.Sum(TextFit.Tokens), 1, 40));
    }

    [Fact]
    public async Task A_text_that_is_too_long_is_cut_here_and_said_to_be()
    {
        var embedded = await Open("cohere", "", FakeProvider.Model).EmbedDocumentsAsync(["short", string.Concat(Enumerable.Repeat("日本語 ", 2000))], Stop);
        Assert.Equal((1, 0, null), (embedded.Cut, embedded.Refused, embedded.Fault));
        Assert.InRange(server.Requests.SelectMany(request => request.Texts).Max(TextFit.Tokens), 500, 512);
    }

    [Fact]
    public async Task A_text_that_is_longer_for_the_model_than_it_looks_is_cut_until_it_fits()
    {
        server.MaxCharacters = 500;
        var embedded = await Open("ollama", "", FakeProvider.Model).EmbedDocumentsAsync(["short", new string('x', 1500)], Stop);
        Assert.Equal((1, 0, null), (embedded.Cut, embedded.Refused, embedded.Fault));
        Assert.Equal(server.VectorOf(new string('x', 375)), embedded.Vectors[1]);
    }

    [Fact]
    public async Task A_refused_text_does_not_hold_up_the_others()
    {
        server.Refuses = "forbidden";
        var texts = Enumerable.Range(0, 50).Select(i => i is 13 or 31 ? $"a forbidden word {i}" : $"a word {i}").ToList();
        var embedded = await Open("openai", "/v1", FakeProvider.Model).EmbedDocumentsAsync(texts, Stop);
        Assert.Equal((2, null), (embedded.Refused, embedded.Fault));
        Assert.Equal([13, 31], Enumerable.Range(0, 50).Where(i => embedded.Vectors[i]!.Length == 0));
        Assert.Contains("is invalid", embedded.RefusedBecause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_refuses_every_text_is_at_fault_itself_and_is_not_asked_about_each()
    {
        server.Refuses = "e";
        var embedded = await Open("openai", "/v1", FakeProvider.Model).EmbedDocumentsAsync([.. Enumerable.Repeat("some text", 500)], Stop);
        Assert.Equal((FaultCodes.Rejected, EmbeddingFaultKind.Settings), (embedded.Fault!.Code, embedded.Fault.Kind));
        Assert.All(embedded.Vectors, Assert.Null);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_server_that_takes_fewer_texts_is_given_fewer_from_then_on()
    {
        server.MaxTexts = 16;
        var provider = Open("openai_compatible", "/v1", FakeProvider.Model);
        var texts = Enumerable.Range(0, 128).Select(i => $"text {i}").ToList();
        Assert.Equal(texts.Select(server.VectorOf), (await provider.EmbedDocumentsAsync(texts, Stop)).Vectors);
        server.Requests.Clear();

        Assert.Equal(texts.Select(server.VectorOf), (await provider.EmbedDocumentsAsync(texts, Stop)).Vectors);

        Assert.Equal(8, server.Requests.Count);
    }

    public static TheoryData<FakeAnswer, string, EmbeddingFaultKind, double?> Faults => new()
    {
        { new(429, "{}", ("Retry-After", "7")), FaultCodes.Throttled, EmbeddingFaultKind.Throttled, 7 },
        { new(429, "{}", ("retry-after-ms", "1500")), FaultCodes.Throttled, EmbeddingFaultKind.Throttled, 1.5 },
        { new(429, "{}", ("x-ratelimit-remaining-requests", "5"), ("x-ratelimit-reset-requests", "20s"), ("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "6m0.5s")), FaultCodes.Throttled, EmbeddingFaultKind.Throttled, 360.5 },
        { new(429), FaultCodes.Throttled, EmbeddingFaultKind.Throttled, null },
        { new(429, """{"error":{"code":"insufficient_quota","message":"You exceeded your quota"}}"""), FaultCodes.Quota, EmbeddingFaultKind.Settings, null },
        { new(402), FaultCodes.Quota, EmbeddingFaultKind.Settings, null },
        { new(401), FaultCodes.Auth, EmbeddingFaultKind.Settings, null },
        { new(403), FaultCodes.Auth, EmbeddingFaultKind.Settings, null },
        { new(404), FaultCodes.Rejected, EmbeddingFaultKind.Settings, null },
        { new(400, """{"error":{"code":"model_not_found","message":"no such model"}}"""), FaultCodes.Rejected, EmbeddingFaultKind.Settings, null },
        { new(307, "", ("Location", "http://127.0.0.1:1/")), FaultCodes.Rejected, EmbeddingFaultKind.Settings, null },
        { new(500), FaultCodes.Down, EmbeddingFaultKind.Outage, null },
        { new(502, "<html>gateway</html>"), FaultCodes.Down, EmbeddingFaultKind.Outage, null },
        { new(503, "{}", ("Retry-After", "30")), FaultCodes.Down, EmbeddingFaultKind.Outage, 30 },
        { new(503, """{"error":"Model is currently loading","estimated_time":20.5}"""), FaultCodes.Down, EmbeddingFaultKind.Outage, 20.5 },
        { FakeAnswer.Reset, FaultCodes.Down, EmbeddingFaultKind.Outage, null },
        { new(200, "not json"), FaultCodes.Failed, EmbeddingFaultKind.Settings, null },
        { new(200, """{"data":[]}"""), FaultCodes.Failed, EmbeddingFaultKind.Settings, null },
        { new(200, """{"data":[{"index":0,"embedding":[1,2,3]}]}"""), FaultCodes.DimensionsDiffer, EmbeddingFaultKind.Settings, null },
        { new(200, """{"data":[{"index":0,"embedding":[1e99,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}]}"""), FaultCodes.Failed, EmbeddingFaultKind.Settings, null },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public async Task A_fault_says_whether_to_wait_for_the_provider_for_a_time_or_for_an_admin(FakeAnswer answer, string code, EmbeddingFaultKind kind, double? seconds)
    {
        server.Fault = _ => answer;
        var fault = (await Open("openai", "/v1", FakeProvider.Model).EmbedDocumentsAsync(["text"], Stop)).Fault;
        Assert.Equal((code, kind, seconds), (fault!.Code, fault.Kind, fault.RetryAfter?.TotalSeconds));
    }

    [Fact]
    public async Task A_connection_that_breaks_once_is_no_fault()
    {
        var first = 1;
        server.Fault = _ => Interlocked.Exchange(ref first, 0) == 1 ? FakeAnswer.Reset : null;
        Assert.Null((await Open("openai", "/v1", FakeProvider.Model).EmbedDocumentsAsync(["text"], Stop)).Fault);
    }

    [Fact]
    public async Task The_key_is_in_no_message()
    {
        var fault = (await Open("openai", "/v1", FakeProvider.Model, key: "sk-wrong-9876").EmbedDocumentsAsync(["text"], Stop)).Fault!;
        Assert.Equal(FaultCodes.Auth, fault.Code);
        Assert.Contains("401", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Incorrect API key provided", fault.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("sk-wrong", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_a_provider_fails_the_others_are_told_at_once_and_one_looks_again()
    {
        server.Fault = _ => new(503);
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var gate = new ProviderGate(isShut: true, time);
        var fault = new EmbeddingUnavailableException("prv", FaultCodes.Down, "away") { Kind = EmbeddingFaultKind.Outage };
        gate.Enter();
        gate.Failed(fault);
        Assert.Equal(FaultCodes.Down, Assert.Throws<EmbeddingUnavailableException>(gate.Enter).Code);

        time.Advance(TimeSpan.FromSeconds(5));
        gate.Enter();
        Assert.Throws<EmbeddingUnavailableException>(gate.Enter);
        Assert.Equal(TimeSpan.FromSeconds(5), gate.Failed(fault).FailingFor);

        time.Advance(TimeSpan.FromSeconds(5));
        gate.Enter();
        gate.Succeeded();
        gate.Enter();
        gate.Enter();
        await Task.CompletedTask;
    }

    [Theory]
    [InlineData("https://api.example.com/v1", true)]
    [InlineData("https://1.1.1.1/v1", true)]
    [InlineData("http://127.0.0.1:11434", true)]
    [InlineData("http://[::1]:8080/v1", true)]
    [InlineData("http://api.example.com/v1", false)]
    [InlineData("https://169.254.169.254/latest/meta-data", false)]
    [InlineData("https://10.0.0.5/v1", false)]
    [InlineData("https://[fd00::1]/v1", false)]
    [InlineData("https://[::ffff:192.168.1.1]/v1", false)]
    [InlineData("https://127.0.0.2/v1", false)]
    [InlineData("https://user:secret@api.example.com/v1", false)]
    [InlineData("ftp://api.example.com", false)]
    [InlineData("api.example.com", false)]
    [InlineData(null, false)]
    public void Requests_go_to_public_addresses_over_https_and_to_listed_hosts(string? endpoint, bool allowed) =>
        Assert.Equal(allowed, Here.Refusal(endpoint) is null);

    [Fact]
    public async Task A_name_that_leads_to_a_private_address_is_refused_when_connecting()
    {
        var provider = Open("openai_compatible", "/v1", FakeProvider.Model, row => row with { Endpoint = $"https://localhost:{server.Address.Port}/v1" }, hosts: new([]));
        var fault = (await provider.EmbedDocumentsAsync(["text"], Stop)).Fault!;
        Assert.Equal((FaultCodes.Rejected, EmbeddingFaultKind.Settings), (fault.Code, fault.Kind));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void A_key_copied_to_another_row_does_not_open()
    {
        var key = Secrets.Protect(FakeProvider.Key, ProviderRow.SecretContext("tnt_one", "prv_one"));
        Assert.Equal(FakeProvider.Key, Secrets.Unprotect(key, ProviderRow.SecretContext("tnt_one", "prv_one")));
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => Secrets.Unprotect(key, ProviderRow.SecretContext("tnt_one", "prv_two")));
    }

    private EmbeddingProvider Open(
        string type, string path, string model, Func<ProviderRow, ProviderRow>? change = null, string key = FakeProvider.Key, ProviderHosts? hosts = null)
    {
        var row = new ProviderRow(
            Tenant, "prv_remote", "Remote", type, server.Address.AbsoluteUri.TrimEnd('/') + path, Secrets.Protect(key, ProviderRow.SecretContext(Tenant, "prv_remote")),
            model, server.Dimensions, null, Ocr: false, IsDefault: false, DateTimeOffset.UnixEpoch);
        var factory = new RemoteProviderFactory(
            ProviderTypes.Remote.Single(known => known.Name == type), Secrets, hosts ?? Here, RemoteProviderFactory.NewClient(hosts ?? Here), TimeProvider.System);
        return new(change?.Invoke(row) ?? row, factory.Open(change?.Invoke(row) ?? row), watch, TimeProvider.System);
    }

    // Without a database: nothing it cannot write down fails a request.
    private readonly ProviderWatch watch = new(
        PostgresDataSource.Create("Host=127.0.0.1;Port=1;Timeout=1", "test"), new SearchMetrics(), [], TimeProvider.System, NullLogger<ProviderWatch>.Instance);
}
