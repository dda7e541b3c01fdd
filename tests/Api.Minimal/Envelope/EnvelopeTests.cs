using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Envelope;

public sealed partial class EnvelopeTests(RunningApi api) : IClassFixture<RunningApi>
{
    [Fact]
    public async Task A_well_formed_request_id_comes_back_in_header_and_body()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/health");
        request.Headers.Add("X-Request-Id", "trace-42.a:b_c");

        using var response = await api.Client.SendAsync(request, RunningApi.Stop);

        Assert.Equal("trace-42.a:b_c", response.RequestId);
        Assert.Equal("trace-42.a:b_c", (await response.JsonAsync()).GetProperty("meta").GetProperty("request_id").GetString());
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("<script>")]
    [InlineData("a\"b")]
    [InlineData("a;b")]
    public async Task A_malformed_request_id_is_replaced(string given)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/health");
        request.Headers.TryAddWithoutValidation("X-Request-Id", given);

        using var response = await api.Client.SendAsync(request, RunningApi.Stop);

        Assert.StartsWith("req_", response.RequestId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_overlong_or_doubled_request_id_is_replaced_and_two_requests_differ()
    {
        using var longer = new HttpRequestMessage(HttpMethod.Get, "/api/v1/health");
        longer.Headers.Add("X-Request-Id", new string('a', 129));
        using var twice = new HttpRequestMessage(HttpMethod.Get, "/api/v1/health");
        twice.Headers.Add("X-Request-Id", ["one", "two"]);

        using var first = await api.Client.SendAsync(longer, RunningApi.Stop);
        using var second = await api.Client.SendAsync(twice, RunningApi.Stop);

        Assert.StartsWith("req_", first.RequestId, StringComparison.Ordinal);
        Assert.StartsWith("req_", second.RequestId, StringComparison.Ordinal);
        Assert.NotEqual(first.RequestId, second.RequestId);
    }

    [Fact]
    public async Task An_unknown_route_is_a_404_in_the_error_body()
    {
        using var response = await api.Client.GetAsync("/api/v1/nothing%0d%0ahere", RunningApi.Stop);
        var body = await response.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        Assert.DoesNotContain('\n', body.GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task A_wrong_method_is_a_405_that_names_the_allowed_ones()
    {
        using var response = await api.Client.PutAsync("/api/v1/health", null, RunningApi.Stop);
        var body = await response.ErrorAsync(HttpStatusCode.MethodNotAllowed, "METHOD_NOT_ALLOWED");
        Assert.Equal("GET", body.GetProperty("error").GetProperty("details").GetProperty("allow")[0].GetString());
        Assert.Contains("GET", response.Content.Headers.Allow);
    }

    [Fact]
    public async Task A_body_of_another_type_is_a_415()
    {
        using var response = await api.Client.PostAsync("/api/v1/search", new StringContent("query=x", Encoding.UTF8, "text/plain"), RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
    }

    [Theory]
    [InlineData("{\"query\": \"x\"")]
    [InlineData("{query: x}")]
    [InlineData("not json at all")]
    public async Task Broken_json_is_a_400_that_says_where(string body)
    {
        using var response = await api.Client.PostAsync("/api/v1/search", Json(body), RunningApi.Stop);
        var error = await response.ErrorAsync(HttpStatusCode.BadRequest, "BAD_REQUEST");
        Assert.Equal(1, error.GetProperty("error").GetProperty("details").GetProperty("line").GetInt64());
    }

    [Theory]
    [InlineData("{\"query\": 5}", "query", "type_error")]
    [InlineData("{\"query\": \"x\", \"limit\": \"many\"}", "limit", "type_error")]
    [InlineData("{\"query\": \"x\", \"limit\": 0}", "limit", "value_error")]
    [InlineData("{\"query\": \"x\", \"limit\": 101}", "limit", "value_error")]
    [InlineData("{}", "query", "missing")]
    [InlineData("{\"query\": \"  \"}", "query", "missing")]
    public async Task A_body_of_the_wrong_shape_is_a_422_that_names_the_field(string body, string field, string type)
    {
        using var response = await api.Client.PostAsync("/api/v1/search", Json(body), RunningApi.Stop);
        var fault = Assert.Single((await response.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR")).GetProperty("detail").EnumerateArray());
        Assert.Equal(["body", field], fault.GetProperty("loc").EnumerateArray().Select(l => l.GetString()));
        Assert.Equal(type, fault.GetProperty("type").GetString());
        Assert.NotEmpty(fault.GetProperty("msg").GetString()!);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public async Task A_body_that_is_no_object_is_refused_in_the_error_body(string body)
    {
        using var response = await api.Client.PostAsync("/api/v1/search", Json(body), RunningApi.Stop);
        Assert.Contains(response.StatusCode, new[] { HttpStatusCode.BadRequest, HttpStatusCode.UnprocessableEntity });
        await response.ErrorAsync(response.StatusCode, response.StatusCode == HttpStatusCode.BadRequest ? "BAD_REQUEST" : "VALIDATION_ERROR");
    }

    [Theory]
    [InlineData("/api/v1/search?q=x&limit=many", "limit", "type_error")]
    [InlineData("/api/v1/search?q=x&limit=101", "limit", "value_error")]
    [InlineData("/api/v1/search?q=x&offset=-1", "offset", "value_error")]
    [InlineData("/api/v1/search", "q", "missing")]
    [InlineData("/api/v1/search/semantic?q=x&limit=51", "limit", "value_error")]
    [InlineData("/api/v1/search/hybrid?q=x&alpha=1.1", "alpha", "value_error")]
    [InlineData("/api/v1/search/hybrid?q=x&alpha=NaN", "alpha", "value_error")]
    [InlineData("/api/v1/folders/root/children", "share_id", "missing")]
    [InlineData("/api/v1/folders/root/children?share_id=shr_x&limit=1001", "limit", "value_error")]
    [InlineData("/api/v1/folders/root/children?share_id=shr_x&include_deleted=perhaps", "include_deleted", "type_error")]
    [InlineData("/api/v1/admin/jobs?state=sleeping", "state", "value_error")]
    [InlineData("/api/v1/admin/jobs?after_id=0", "after_id", "value_error")]
    public async Task A_bad_parameter_is_a_422_that_names_it(string path, string parameter, string type)
    {
        using var response = await api.Client.GetAsync(path, RunningApi.Stop);
        var fault = Assert.Single((await response.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR")).GetProperty("detail").EnumerateArray());
        Assert.Equal(["query", parameter], fault.GetProperty("loc").EnumerateArray().Select(l => l.GetString()));
        Assert.Equal(type, fault.GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("/api/v1/folders/root/children?share_id=a%00b")]
    [InlineData("/api/v1/admin/jobs?kind=%00")]
    [InlineData("/api/v1/admin/jobs?subject_id=a%00")]
    public async Task A_character_that_no_text_can_have_is_a_400(string path)
    {
        using var response = await api.Client.GetAsync(path, RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.BadRequest, "BAD_REQUEST");
    }

    [Fact]
    public async Task Every_bad_parameter_is_named_not_only_the_first()
    {
        using var response = await api.Client.GetAsync("/api/v1/search?limit=0&offset=-1", RunningApi.Stop);
        var body = await response.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
        Assert.Equal(["q", "limit", "offset"], body.GetProperty("detail").EnumerateArray().Select(f => f.GetProperty("loc")[1].GetString()));
    }

    [Fact]
    public async Task An_unexpected_exception_tells_nothing_but_the_request_id()
    {
        using var response = await api.Client.GetAsync("/test/throws", RunningApi.Stop);
        var body = await response.ErrorAsync(HttpStatusCode.InternalServerError, "INTERNAL_ERROR");
        Assert.DoesNotContain("secret", body.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("/some/path", body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_is_a_507_with_its_own_code()
    {
        using var response = await api.Client.GetAsync("/test/disk-full", RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.InsufficientStorage, "STORAGE_FULL");
    }

    [Fact]
    public async Task A_failure_of_a_head_request_has_no_body_but_its_headers()
    {
        using var response = await api.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/api/v1/files/fil_none/content"), RunningApi.Stop);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.NotEmpty(response.RequestId);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(RunningApi.Stop));
    }

    [Fact]
    public async Task A_json_body_beyond_its_limit_is_a_413()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/search") { Content = Json("{\"query\":\"" + new string('x', 2 * 1024 * 1024) + "\"}") };
        request.Headers.ExpectContinue = true; // so that the answer is read although the body is never taken
        using var response = await api.Client.SendAsync(request, RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
    }

    [Fact]
    public async Task Every_request_leaves_one_access_line_in_utc_with_its_id()
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/files/fil_x%0ainjected?secret=yes");
        request.Headers.Add("X-Request-Id", "find-me-again");
        using var response = await api.Client.SendAsync(request, RunningApi.Stop);

        var line = await LineAsync("find-me-again");

        Assert.Matches(AccessLine(), line);
        Assert.Contains("DELETE /api/v1/files/fil_x%0Ainjected 404 find-me-again", line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
        var at = DateTimeOffset.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture);
        Assert.Equal(TimeSpan.Zero, at.Offset);
    }

    [Fact]
    public async Task Every_endpoint_of_the_document_answers_a_failure_in_the_error_body()
    {
        var document = await (await api.Client.GetAsync("/openapi/v1.json", RunningApi.Stop)).JsonAsync();
        var asked = 0;
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            var address = Placeholder().Replace(path.Name, match => match.Value == "{id}" ? "999999999" : "none_such");
            // An address with a name in it may also be one of an id: /providers/test is one of /providers/{id}.
            var sameAddress = document.GetProperty("paths").EnumerateObject()
                .Where(other => Regex.IsMatch(address, $"^{Placeholder().Replace(other.Name, "[^/]+")}$")).Select(other => other.Value).ToList();
            var missing = new[] { HttpMethod.Patch, HttpMethod.Put, HttpMethod.Delete }
                .First(method => !sameAddress.Any(other => other.TryGetProperty(method.Method.ToLowerInvariant(), out _)));
            foreach (var operation in path.Value.EnumerateObject())
            {
                // A method the route does not have, and one that it has, from a page elsewhere.
                using var wrong = await api.Client.SendAsync(new HttpRequestMessage(missing, address), RunningApi.Stop);
                await wrong.ErrorAsync(HttpStatusCode.MethodNotAllowed, "METHOD_NOT_ALLOWED");

                using var foreign = new HttpRequestMessage(new HttpMethod(operation.Name.ToUpperInvariant()), address);
                foreign.Headers.Add("Origin", "https://evil.example");
                using var refused = await api.Client.SendAsync(foreign, RunningApi.Stop);
                if (operation.Name != "head")
                    await refused.ErrorAsync(HttpStatusCode.Forbidden, "AUTHZ_CROSS_SITE");

                using var plain = await api.Client.SendAsync(new HttpRequestMessage(new HttpMethod(operation.Name.ToUpperInvariant()), address), RunningApi.Stop);
                Assert.NotEmpty(plain.RequestId);
                if (operation.Name != "head")
                {
                    var body = await plain.JsonAsync();
                    Assert.Equal(plain.RequestId, body.GetProperty("meta").GetProperty("request_id").GetString());
                    if (!plain.IsSuccessStatusCode)
                        await plain.ErrorAsync(plain.StatusCode, body.GetProperty("error").GetProperty("code").GetString()!);
                }

                asked++;
            }
        }

        Assert.True(asked > 25, $"Only {asked} operations are in the document.");
    }

    [Fact]
    public async Task The_document_describes_the_error_body_for_every_operation()
    {
        using var response = await api.Client.GetAsync("/openapi/v1.json", RunningApi.Stop);
        var document = await response.JsonAsync();

        Assert.StartsWith("3.", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var schemas = document.GetProperty("components").GetProperty("schemas");
        Assert.True(schemas.GetProperty("ErrorBody").GetProperty("properties").TryGetProperty("error", out _));
        var ids = new HashSet<string?>();
        foreach (var operation in document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject()))
        {
            Assert.True(ids.Add(operation.Value.GetProperty("operationId").GetString()));
            Assert.NotEmpty(operation.Value.GetProperty("summary").GetString()!);
            Assert.NotEmpty(operation.Value.GetProperty("operationId").GetString()!);
            Assert.Equal(
                "#/components/schemas/ErrorBody",
                operation.Value.GetProperty("responses").GetProperty("default").GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString());
        }

        var limit = document.GetProperty("paths").GetProperty("/api/v1/folders/{folder_id}/children").GetProperty("get").GetProperty("parameters").EnumerateArray()
            .Single(p => p.GetProperty("name").GetString() == "limit").GetProperty("schema");
        Assert.Equal(1000, limit.GetProperty("maximum").GetInt32());
        Assert.Equal(100, limit.GetProperty("default").GetInt32());
    }

    [Fact]
    public async Task A_broken_request_line_or_header_ends_without_a_stack_trace()
    {
        using var socket = new System.Net.Sockets.TcpClient();
        await socket.ConnectAsync(api.Address.Host, api.Address.Port, RunningApi.Stop);
        await using var stream = socket.GetStream();
        await stream.WriteAsync("NONSENSE\r\n\r\n"u8.ToArray(), RunningApi.Stop);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(RunningApi.Stop);
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", answer, StringComparison.Ordinal);
    }

    private static StringContent Json(string body) => new(body, new MediaTypeHeaderValue("application/json"));

    private async Task<string> LineAsync(string requestId)
    {
        // The line is written after the answer has left.
        for (var deadline = RunningApi.Stop; ; deadline.ThrowIfCancellationRequested())
        {
            if (api.AccessLog.FirstOrDefault(l => l.Contains(requestId, StringComparison.Ordinal)) is { } line)
                return line;
            await Task.Yield();
        }
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [A-Z]+ /\S* \d{3} \S+ [0-9.]+ ms$")]
    private static partial Regex AccessLine();

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Placeholder();
}
