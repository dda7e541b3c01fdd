using System.Net;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Jobs;

public sealed class JobTests(RunningApi api) : IClassFixture<RunningApi>
{
    [Fact]
    public async Task Jobs_come_newest_first_in_pages_by_key_that_neither_overlap_nor_skip()
    {
        List<long> added = [];
        for (var i = 0; i < 5; i++)
            added.Add(await api.AddDiscardedJobAsync("broken", kind: "paged"));

        List<long> seen = [];
        long? after = null;
        do
        {
            using var response = await api.Client.GetAsync($"/api/v1/admin/jobs?kind=paged&limit=2{(after is null ? "" : $"&after_id={after}")}", RunningApi.Stop);
            var page = await response.JsonAsync();
            seen.AddRange(page.GetProperty("jobs").EnumerateArray().Select(j => j.GetProperty("id").GetInt64()));
            after = page.GetProperty("next_after_id").ValueKind == System.Text.Json.JsonValueKind.Null ? null : page.GetProperty("next_after_id").GetInt64();
        }
        while (after is not null);

        Assert.Equal(added.OrderDescending(), seen);
    }

    [Fact]
    public async Task Filters_combine()
    {
        var wanted = await api.AddDiscardedJobAsync("broken", "fil_wanted", "filtered");
        await api.AddDiscardedJobAsync("broken", "fil_other", "filtered");

        using var found = await api.Client.GetAsync("/api/v1/admin/jobs?kind=filtered&subject_id=fil_wanted&state=discarded&queue=low&error_code=extractor_crashed", RunningApi.Stop);
        using var none = await api.Client.GetAsync("/api/v1/admin/jobs?kind=filtered&subject_id=fil_wanted&state=running", RunningApi.Stop);

        Assert.Equal(wanted, Assert.Single((await found.JsonAsync()).GetProperty("jobs").EnumerateArray()).GetProperty("id").GetInt64());
        Assert.Empty((await none.JsonAsync()).GetProperty("jobs").EnumerateArray());
    }

    [Fact]
    public async Task Text_is_found_in_error_messages_and_subjects()
    {
        var byMessage = await api.AddDiscardedJobAsync("The Zebra was lost", "fil_1", "texts");
        var bySubject = await api.AddDiscardedJobAsync("broken", "fil_zebra", "texts");
        await api.AddDiscardedJobAsync("broken", "fil_2", "texts");

        using var found = await api.Client.GetAsync("/api/v1/admin/jobs?kind=texts&text=zebra", RunningApi.Stop);
        Assert.Equal([bySubject, byMessage], (await found.JsonAsync()).GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("id").GetInt64()));
    }

    [Theory]
    [InlineData("state=lost")]
    [InlineData("queue=middle")]
    [InlineData("text=")]
    [InlineData("limit=0")]
    [InlineData("after_id=0")]
    [InlineData("after_id=x")]
    public async Task A_filter_that_cannot_be_meant_is_a_422(string query)
    {
        using var response = await api.Client.GetAsync($"/api/v1/admin/jobs?{query}", RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task Why_a_job_waits_is_one_call()
    {
        var waiting = await api.AddWaitingJobAsync("why-kind");
        var running = await api.AddRunningJobAsync("extract-text", 3, 9);
        var failed = await api.AddDiscardedJobAsync("the reader died");

        var first = await WhyAsync(waiting);
        Assert.Equal(("available", "no_worker_for_kind"), (first.GetProperty("state").GetString(), first.GetProperty("reason").GetString()));
        Assert.Equal(0, first.GetProperty("line").GetProperty("ahead").GetInt64());
        Assert.False(string.IsNullOrEmpty(first.GetProperty("meta").GetProperty("request_id").GetString()));
        var second = await WhyAsync(running);
        Assert.Equal(("running", "w"), (second.GetProperty("reason").GetString(), second.GetProperty("causes")[0].GetProperty("worker").GetString()));
        Assert.Equal(9, second.GetProperty("progress").GetProperty("total").GetInt64());
        var third = await WhyAsync(failed);
        Assert.Equal(("discarded", "extractor_crashed"), (third.GetProperty("reason").GetString(), third.GetProperty("causes")[0].GetProperty("error_code").GetString()));
        Assert.Contains("the reader died", third.GetProperty("sentence").GetString(), StringComparison.Ordinal);

        async Task<System.Text.Json.JsonElement> WhyAsync(long id)
        {
            using var response = await api.Client.GetAsync($"/api/v1/admin/jobs/{id}/why", RunningApi.Stop);
            return await response.JsonAsync();
        }
    }

    [Fact]
    public async Task One_job_shows_args_error_and_progress()
    {
        var failed = await api.AddDiscardedJobAsync("the reader died");
        var running = await api.AddRunningJobAsync("extract-text", 3, 9);

        using var first = await api.Client.GetAsync($"/api/v1/admin/jobs/{failed}", RunningApi.Stop);
        using var second = await api.Client.GetAsync($"/api/v1/admin/jobs/{running}", RunningApi.Stop);

        var job = await first.JsonAsync();
        Assert.Equal("discarded", job.GetProperty("state").GetString());
        Assert.Equal("fil_x", job.GetProperty("args").GetProperty("file_id").GetString());
        Assert.Equal("extractor_crashed", job.GetProperty("error_code").GetString());
        Assert.Equal("the reader died", job.GetProperty("error_message").GetString());
        Assert.Equal(first.RequestId, job.GetProperty("meta").GetProperty("request_id").GetString());
        Assert.Equal(3, (await second.JsonAsync()).GetProperty("progress").GetProperty("done").GetInt64());
    }

    [Fact]
    public async Task A_log_is_read_on_from_where_one_stopped()
    {
        var job = await api.AddRunningJobAsync("extract-text", 0, 1);
        for (var i = 1; i <= 3; i++)
            await api.ExecuteAsync("INSERT INTO queue.job_log (tenant_id, job_id, attempt, at, level, message) VALUES ('tnt_local', $1, 1, now(), 'information', $2)", job, $"line {i}");

        using var first = await api.Client.GetAsync($"/api/v1/admin/jobs/{job}/logs?limit=2", RunningApi.Stop);
        var start = await first.JsonAsync();
        using var second = await api.Client.GetAsync($"/api/v1/admin/jobs/{job}/logs?after={start.GetProperty("next_after").GetInt64()}", RunningApi.Stop);

        Assert.Equal(["line 1", "line 2"], start.GetProperty("lines").EnumerateArray().Select(l => l.GetProperty("message").GetString()));
        Assert.Equal(["line 3"], (await second.JsonAsync()).GetProperty("lines").EnumerateArray().Select(l => l.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task A_retried_job_waits_again_and_a_running_one_cannot_be_retried()
    {
        var failed = await api.AddDiscardedJobAsync("broken");
        var running = await api.AddRunningJobAsync("extract-text", 0, 1);

        using var retried = await api.Client.PostAsync($"/api/v1/admin/jobs/{failed}/retry", null, RunningApi.Stop);
        using var refused = await api.Client.PostAsync($"/api/v1/admin/jobs/{running}/retry", null, RunningApi.Stop);

        Assert.Equal(HttpStatusCode.Accepted, retried.StatusCode);
        Assert.Equal("available", (await retried.JsonAsync()).GetProperty("state").GetString());
        await refused.ErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
    }

    [Fact]
    public async Task A_waiting_job_is_cancelled_a_running_one_asked_and_a_finished_one_left_alone()
    {
        var waiting = await api.AddDiscardedJobAsync("broken");
        using var retried = await api.Client.PostAsync($"/api/v1/admin/jobs/{waiting}/retry", null, RunningApi.Stop);
        var running = await api.AddRunningJobAsync("extract-text", 0, 1);
        var finished = await api.AddDiscardedJobAsync("broken");

        using var cancelled = await api.Client.PostAsync($"/api/v1/admin/jobs/{waiting}/cancel?reason=not%20needed", null, RunningApi.Stop);
        using var asked = await api.Client.PostAsync($"/api/v1/admin/jobs/{running}/cancel", null, RunningApi.Stop);
        using var refused = await api.Client.PostAsync($"/api/v1/admin/jobs/{finished}/cancel", null, RunningApi.Stop);

        var job = await cancelled.JsonAsync();
        Assert.Equal("cancelled", job.GetProperty("state").GetString());
        Assert.Equal("not needed", job.GetProperty("error_message").GetString());
        Assert.True((await asked.JsonAsync()).GetProperty("cancel_requested").GetBoolean());
        await refused.ErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
    }

    [Theory]
    [InlineData("GET", "/api/v1/admin/jobs/999999999")]
    [InlineData("GET", "/api/v1/admin/jobs/999999999/logs")]
    [InlineData("GET", "/api/v1/admin/jobs/999999999/why")]
    [InlineData("POST", "/api/v1/admin/jobs/999999999/retry")]
    [InlineData("POST", "/api/v1/admin/jobs/999999999/cancel")]
    [InlineData("GET", "/api/v1/admin/jobs/not-a-number")]
    [InlineData("POST", "/jobs/999999999/retry")]
    [InlineData("GET", "/api/v1/connectors/cnn_none")]
    [InlineData("GET", "/api/v1/connectors/cnn_none/jobs")]
    public async Task What_is_not_there_is_a_404(string method, string path)
    {
        using var response = await api.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), RunningApi.Stop);
        await response.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task A_job_of_another_tenant_does_not_exist()
    {
        var job = await api.AddDiscardedJobAsync("broken", tenant: "tnt_other");
        foreach (var (method, path) in new[] { ("GET", ""), ("GET", "/logs"), ("GET", "/why"), ("POST", "/retry"), ("POST", "/cancel") })
        {
            using var response = await api.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), $"/api/v1/admin/jobs/{job}{path}"), RunningApi.Stop);
            await response.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        }
    }
}
