using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Schedules;

public sealed class ScheduleTests(RunningApi api) : IClassFixture<RunningApi>
{
    private const string Path = "/api/v1/admin/schedules";

    [Fact]
    public async Task A_schedule_is_set_up_shown_changed_and_removed()
    {
        using var created = await PostAsync(Path, new
        {
            name = "nightly",
            kind = "collect-garbage",
            args = new { deep = true },
            cron = "30 2 * * *",
            time_zone = "Europe/Berlin",
            start_at = "2026-01-01T00:00:00.123456Z",
            subject_id = "fil_1",
            misfire = "skip",
            misfire_tolerance_seconds = 300,
        });
        var schedule = await created.JsonAsync();
        var address = $"{Path}/{schedule.GetProperty("id").GetString()}";
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal(address, created.Headers.Location?.ToString());
        Assert.Equal("active", schedule.GetProperty("state").GetString());
        Assert.True(schedule.GetProperty("args").GetProperty("deep").GetBoolean());
        Assert.Equal(("low", "skip", 10), (schedule.GetProperty("queue").GetString(), schedule.GetProperty("overlap").GetString(), schedule.GetProperty("max_attempts").GetInt32()));
        Assert.Equal(created.RequestId, schedule.GetProperty("meta").GetProperty("request_id").GetString());

        using var renamed = await PatchAsync(address, new { name = "renamed", subject_id = (string?)null, queue = "high" });
        var after = await renamed.JsonAsync();
        Assert.Equal(
            ("renamed", "high", JsonValueKind.Null, "30 2 * * *", "skip", 300L),
            (after.GetProperty("name").GetString(), after.GetProperty("queue").GetString(), after.GetProperty("subject_id").ValueKind,
             after.GetProperty("cron").GetString(), after.GetProperty("misfire").GetString(), after.GetProperty("misfire_tolerance_seconds").GetInt64()));
        Assert.Equal(schedule.GetProperty("next_fire_at").GetString(), after.GetProperty("next_fire_at").GetString());
        Assert.True(after.GetProperty("args").GetProperty("deep").GetBoolean());

        using var retimed = await PatchAsync(address, new { interval_seconds = 3600 });
        Assert.Equal((3600L, JsonValueKind.Null), ((await retimed.JsonAsync()).GetProperty("interval_seconds").GetInt64(), (await retimed.JsonAsync()).GetProperty("cron").ValueKind));

        using var shown = await api.Client.GetAsync(address, RunningApi.Stop);
        Assert.Equal("renamed", (await shown.JsonAsync()).GetProperty("name").GetString());
        using var removed = await api.Client.DeleteAsync(address, RunningApi.Stop);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        using var gone = await api.Client.GetAsync(address, RunningApi.Stop);
        await gone.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Theory]
    [InlineData("""{"name":"x","kind":"k","cron":"61 * * * *"}""", "cron")]
    [InlineData("""{"name":"x","kind":"k","cron":"0 2 * * *","time_zone":"Mars/Olympus"}""", "time_zone")]
    [InlineData("""{"name":"x","kind":"k","cron":"0 0 12 30 2 ?"}""", "cron")]
    [InlineData("""{"name":"x","kind":"k","interval_seconds":0}""", "interval_seconds")]
    [InlineData("""{"name":"x","kind":"k","interval_seconds":9223372036854775807}""", "interval_seconds")]
    [InlineData("""{"name":"x","kind":"k"}""", "cron")]
    [InlineData("""{"name":"x","kind":"Not a kind","interval_seconds":60}""", "kind")]
    [InlineData("""{"kind":"k","interval_seconds":60}""", "name")]
    [InlineData("""{"name":"x","kind":"k","interval_seconds":60,"args":[1]}""", "args")]
    [InlineData("""{"name":"x","kind":"k","interval_seconds":60,"queue":"urgent"}""", "queue")]
    [InlineData("""{"name":"x","kind":"k","interval_seconds":60,"misfire":"fire_all","overlap":"skip"}""", "overlap")]
    [InlineData("""{"name":"x","kind":"k","interval_seconds":60,"end_at":"2020-01-01T00:00:00Z"}""", "end_at")]
    [InlineData("""{"name":"x","kind":"k","interval_seconds":60,"misfire_tolerance_seconds":-9223372036854775808}""", "misfire_tolerance_seconds")]
    [InlineData("""{"name":"x","kind":"k","interval_seconds":"often"}""", "interval_seconds")]
    public async Task What_cannot_work_is_refused_by_the_name_of_its_field(string body, string field)
    {
        using var refused = await api.Client.PostAsync(Path, new StringContent(body, null, "application/json"), RunningApi.Stop);
        var error = await refused.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
        Assert.Equal(field, Assert.Single(error.GetProperty("detail").EnumerateArray()).GetProperty("loc")[1].GetString());
    }

    [Theory]
    [InlineData("""{"max_attempts":"many"}""", "max_attempts")]
    [InlineData("""{"cron":"nonsense"}""", "cron")]
    [InlineData("""{"name":null}""", "name")]
    public async Task A_change_that_cannot_work_changes_nothing(string change, string field)
    {
        var address = await CreateAsync($"unchanged {field}");
        using var before = await api.Client.GetAsync(address, RunningApi.Stop);
        using var refused = await api.Client.PatchAsync(address, new StringContent(change, null, "application/json"), RunningApi.Stop);
        var error = await refused.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
        Assert.Equal(field, Assert.Single(error.GetProperty("detail").EnumerateArray()).GetProperty("loc")[1].GetString());
        using var after = await api.Client.GetAsync(address, RunningApi.Stop);
        Assert.Equal((await before.JsonAsync()).GetProperty("updated_at").GetString(), (await after.JsonAsync()).GetProperty("updated_at").GetString());
    }

    [Fact]
    public async Task A_name_that_is_taken_is_a_conflict()
    {
        await CreateAsync("taken");
        var other = await CreateAsync("not taken");
        using var created = await PostAsync(Path, new { name = "taken", kind = "test-job", interval_seconds = 60 });
        await created.ErrorAsync(HttpStatusCode.Conflict, "NAME_CONFLICT");
        using var renamed = await PatchAsync(other, new { name = "taken" });
        await renamed.ErrorAsync(HttpStatusCode.Conflict, "NAME_CONFLICT");
    }

    [Fact]
    public async Task Pausing_says_by_whom_why_and_until_when_and_resuming_ends_it()
    {
        var address = await CreateAsync("pausing");
        using var paused = await PostAsync($"{address}/pause", new { reason = "audit", until = "2999-01-01T00:00:00Z" });
        var state = await paused.JsonAsync();
        Assert.Equal(
            ("paused", "usr_local", "audit", "2999-01-01T00:00:00.000Z"),
            (state.GetProperty("state").GetString(), state.GetProperty("paused_by").GetString(),
             state.GetProperty("pause_reason").GetString(), state.GetProperty("paused_until").GetString()));

        using var past = await PostAsync($"{address}/pause", new { until = "2020-01-01T00:00:00Z" });
        var error = await past.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
        Assert.Equal("until", error.GetProperty("detail")[0].GetProperty("loc")[1].GetString());

        using var resumed = await PostAsync($"{address}/resume", null);
        Assert.Equal(("active", JsonValueKind.Null), ((await resumed.JsonAsync()).GetProperty("state").GetString(), (await resumed.JsonAsync()).GetProperty("paused_at").ValueKind));
    }

    [Fact]
    public async Task Running_now_enqueues_one_job_and_is_refused_while_that_is_unfinished()
    {
        var address = await CreateAsync("running");
        using var before = await api.Client.GetAsync(address, RunningApi.Stop);
        using var run = await PostAsync($"{address}/run", null);
        Assert.Equal(HttpStatusCode.Accepted, run.StatusCode);
        var job = (await run.JsonAsync()).GetProperty("job_id").GetInt64();
        Assert.Equal($"/api/v1/admin/jobs/{job}", run.Headers.Location?.ToString());

        using var again = await PostAsync($"{address}/run", null);
        await again.ErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        using var after = await api.Client.GetAsync(address, RunningApi.Stop);
        Assert.Equal((await before.JsonAsync()).GetProperty("next_fire_at").GetString(), (await after.JsonAsync()).GetProperty("next_fire_at").GetString());
        Assert.Equal(job, (await after.JsonAsync()).GetProperty("last_job_id").GetInt64());
    }

    [Fact]
    public async Task The_preview_lists_the_coming_fires_of_a_schedule_or_of_a_timing_alone()
    {
        var address = await CreateAsync("previewed");
        using var saved = await api.Client.GetAsync($"{address}/preview?count=3", RunningApi.Stop);
        using var shown = await api.Client.GetAsync(address, RunningApi.Stop);
        var fires = (await saved.JsonAsync()).GetProperty("fires").EnumerateArray().Select(fire => fire.GetDateTimeOffset()).ToList();
        var next = (await shown.JsonAsync()).GetProperty("next_fire_at").GetDateTimeOffset();
        Assert.Equal([next, next.AddHours(1), next.AddHours(2)], fires);

        // The clocks go forward at 02:00 on the 28th and back at 03:00 on 31 October.
        using var change = await PostAsync("/api/v1/admin/schedule-preview?count=2", new { cron = "30 2 * * SUN", time_zone = "Europe/Berlin", start_at = "2027-03-27T00:00:00Z" });
        Assert.Equal(
            ["2027-03-28T01:00:00.000Z", "2027-04-04T00:30:00.000Z"],
            (await change.JsonAsync()).GetProperty("fires").EnumerateArray().Select(fire => fire.GetString()));
        using var wrong = await PostAsync("/api/v1/admin/schedule-preview", new { cron = "never" });
        await wrong.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
        using var tooMany = await api.Client.GetAsync($"{address}/preview?count=101", RunningApi.Stop);
        await tooMany.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task Schedules_come_newest_first_in_pages_by_key()
    {
        List<string> added = [];
        for (var i = 0; i < 5; i++)
            added.Add(await CreateAsync($"paged {i}", "paged-job"));

        List<string> seen = [];
        string? after = null;
        do
        {
            using var response = await api.Client.GetAsync($"{Path}?kind=paged-job&state=active&limit=2{(after is null ? "" : $"&after_id={after}")}", RunningApi.Stop);
            var page = await response.JsonAsync();
            seen.AddRange(page.GetProperty("schedules").EnumerateArray().Select(schedule => $"{Path}/{schedule.GetProperty("id").GetString()}"));
            after = page.GetProperty("next_after_id").GetString();
        }
        while (after is not null);

        Assert.Equal(Enumerable.Reverse(added), seen);
        using var wrong = await api.Client.GetAsync($"{Path}?state=asleep", RunningApi.Stop);
        await wrong.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task A_schedule_that_follows_something_is_changed_there()
    {
        var address = await CreateAsync("owned");
        await api.ExecuteAsync("UPDATE queue.schedule SET owner_id = 'cnn_1' WHERE name = 'owned'");
        foreach (var (method, path) in new[] { (HttpMethod.Delete, address), (HttpMethod.Post, $"{address}/resume") })
        {
            using var refused = await api.Client.SendAsync(new HttpRequestMessage(method, path), RunningApi.Stop);
            var error = await refused.ErrorAsync(HttpStatusCode.Conflict, "SCHEDULE_OWNED");
            Assert.Contains("cnn_1", error.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_schedule_of_another_tenant_does_not_exist()
    {
        var address = await CreateAsync("elsewhere");
        await api.ExecuteAsync("UPDATE queue.schedule SET tenant_id = 'tnt_other' WHERE name = 'elsewhere'");
        foreach (var (method, path, body) in new[]
        {
            (HttpMethod.Get, address, null), (HttpMethod.Patch, address, "{}"), (HttpMethod.Delete, address, null), (HttpMethod.Post, $"{address}/run", null),
            (HttpMethod.Post, $"{address}/pause", "{}"), (HttpMethod.Post, $"{address}/resume", null), (HttpMethod.Get, $"{address}/preview", null),
        })
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, null, "application/json") };
            using var response = await api.Client.SendAsync(request, RunningApi.Stop);
            await response.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        }
    }

    private async Task<string> CreateAsync(string name, string kind = "test-job")
    {
        using var created = await PostAsync(Path, new { name, kind, interval_seconds = 3600 });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        return created.Headers.Location!.ToString();
    }

    private Task<HttpResponseMessage> PostAsync(string path, object? body) =>
        api.Client.PostAsync(path, body is null ? null : JsonContent.Create(body), RunningApi.Stop);

    private Task<HttpResponseMessage> PatchAsync(string path, object body) => api.Client.PatchAsync(path, JsonContent.Create(body), RunningApi.Stop);
}
