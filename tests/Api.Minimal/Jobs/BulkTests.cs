using System.Net;
using System.Text;
using System.Text.Json;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Jobs;

public sealed class BulkTests(RunningApi api) : IClassFixture<RunningApi>
{
    [Fact]
    public async Task What_a_filter_fits_is_counted_first_and_then_run_again()
    {
        for (var i = 0; i < 3; i++)
            await api.AddDiscardedJobAsync("broken", kind: "bulk-retry");
        await api.AddDiscardedJobAsync("broken", kind: "bulk-retry", tenant: "tnt_other");
        var running = await api.AddRunningJobAsync("bulk-retry", 0, 1);

        var counted = await PostAsync("retry", """{"filter":{"kind":"bulk-retry","error_code":"extractor_crashed"},"dry_run":true}""");
        Assert.Equal((true, 3, true, 0), Figures(counted));
        var changed = await PostAsync("retry", """{"filter":{"kind":"bulk-retry","error_code":"extractor_crashed"}}""");
        Assert.Equal((false, 3, true, 3), Figures(changed));
        Assert.Equal(JsonValueKind.Null, changed.GetProperty("continue_after_id").ValueKind);
        Assert.Equal(3, await CountAsync("bulk-retry", "available"));

        var named = await PostAsync("retry", $$"""{"ids":[{{running}},999999999]}""");
        Assert.Equal((false, 2, true, 0), Figures(named));
        Assert.Equal((1, 1), (named.GetProperty("refusals").GetProperty("running").GetInt64(), named.GetProperty("refusals").GetProperty("missing").GetInt64()));
    }

    [Fact]
    public async Task Waiting_jobs_are_moved_and_cancelled_with_the_reason_given()
    {
        var id = await api.AddWaitingJobAsync("bulk-move");
        await api.AddWaitingJobAsync("bulk-move");

        Assert.Equal((false, 2, true, 2), Figures(await PostAsync("move", """{"filter":{"kind":"bulk-move","queue":"low"},"queue":"high"}""")));
        Assert.Equal((false, 2, true, 2), Figures(await PostAsync("cancel", """{"filter":{"kind":"bulk-move","queue":"high"},"reason":"not needed"}""")));
        using var response = await api.Client.GetAsync($"/api/v1/admin/jobs/{id}", RunningApi.Stop);
        var job = await response.JsonAsync();
        Assert.Equal(("cancelled", "not needed", "high"), (job.GetProperty("state").GetString(), job.GetProperty("error_message").GetString(), job.GetProperty("queue").GetString()));
    }

    [Theory]
    [InlineData("retry", "{}", "body")]
    [InlineData("retry", """{"ids":[1],"filter":{}}""", "body")]
    [InlineData("retry", """{"ids":[]}""", "ids")]
    [InlineData("retry", """{"filter":{"state":"running"}}""", "filter")]
    [InlineData("retry", """{"filter":{"state":"lost"}}""", "state")]
    [InlineData("retry", """{"filter":{"error_cod":"mistyped"}}""", "error_cod")]
    [InlineData("retry", """{"filter":{},"dryrun":true}""", "dryrun")]
    [InlineData("cancel", """{"filter":{"state":"completed"}}""", "filter")]
    [InlineData("move", """{"filter":{}}""", "queue")]
    [InlineData("move", """{"filter":{},"queue":"middle"}""", "queue")]
    public async Task A_wish_that_cannot_be_meant_changes_nothing_and_says_where_it_is_wrong(string what, string body, string where)
    {
        var waiting = await api.AddWaitingJobAsync("untouched");
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await api.Client.PostAsync($"/api/v1/admin/jobs/{what}", content, RunningApi.Stop);
        var error = await response.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
        Assert.Equal(where, error.GetProperty("detail")[0].GetProperty("loc").EnumerateArray().Last().GetString());
        Assert.DoesNotContain("Parameter", error.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.NotEqual(0, await CountAsync("untouched", "available"));
        Assert.NotEqual(0, waiting);
    }

    private static (bool DryRun, long Matched, bool IsExact, long Changed) Figures(JsonElement answer) => (
        answer.GetProperty("dry_run").GetBoolean(), answer.GetProperty("matched").GetInt64(),
        answer.GetProperty("matched_is_exact").GetBoolean(), answer.GetProperty("changed").GetInt64());

    private async Task<JsonElement> PostAsync(string what, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await api.Client.PostAsync($"/api/v1/admin/jobs/{what}", content, RunningApi.Stop);
        var answer = await response.JsonAsync();
        Assert.True(response.IsSuccessStatusCode, answer.ToString());
        return answer;
    }

    private async Task<int> CountAsync(string kind, string state)
    {
        using var response = await api.Client.GetAsync($"/api/v1/admin/jobs?kind={kind}&state={state}", RunningApi.Stop);
        return (await response.JsonAsync()).GetProperty("jobs").GetArrayLength();
    }
}
