using System.Net;
using System.Text.Json;
using ScaiDrive.Api.Minimal.Tests.Support;

namespace ScaiDrive.Api.Minimal.Tests.Connectors;

public sealed class ConnectorRunTests : ConnectorApi
{
    [Fact]
    public async Task A_pause_says_why_and_refuses_runs_until_it_ends()
    {
        var id = Text(await SendAsync(HttpMethod.Post, Smb, SmbBody(), HttpStatusCode.Created), "id");
        var paused = await SendAsync(HttpMethod.Post, $"{Smb}/{id}/pause", """{"reason":"New disks"}""", HttpStatusCode.OK);
        Assert.Equal(("paused", "New disks"), (Text(paused, "status"), Text(paused, "status_message")));
        using (var refused = await RequestAsync(HttpMethod.Post, $"{Smb}/{id}/sync", null))
            await refused.ErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
        var resumed = await SendAsync(HttpMethod.Post, $"{Smb}/{id}/resume", null, HttpStatusCode.OK);
        Assert.Equal("idle", Text(resumed, "status"));
        await SendAsync(HttpMethod.Post, $"{Smb}/{id}/pause", null, HttpStatusCode.OK);
        Assert.Equal(["connector.paused", "connector.resumed", "connector.paused", "connector.created"], await ActionsAsync(id));
    }

    [Fact]
    public async Task A_run_is_asked_for_once_and_deletions_that_are_allowed_leave_an_event()
    {
        var id = Text(await SendAsync(HttpMethod.Post, Smb, SmbBody(), HttpStatusCode.Created), "id");
        var started = await SendAsync(HttpMethod.Post, $"{Smb}/{id}/sync", """{"allowed_deletes":250,"full":true}""", HttpStatusCode.Accepted);
        var job = await SendAsync(HttpMethod.Get, $"/api/v1/admin/jobs/{started.GetProperty("job_id").GetInt64()}", null, HttpStatusCode.OK);
        Assert.Equal(("sync-connector", id), (Text(job, "kind"), Text(job, "subject_id")));
        using (var second = await RequestAsync(HttpMethod.Post, $"{Smb}/{id}/sync", """{"dry_run":true}"""))
        {
            var refusal = await second.ErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
            Assert.Equal(started.GetProperty("job_id").GetInt64(), refusal.GetProperty("error").GetProperty("details").GetProperty("job_id").GetInt64());
        }

        using (var wrong = await RequestAsync(HttpMethod.Post, $"{Smb}/{id}/sync", """{"allowed_deletes":-1}"""))
            await wrong.ErrorAsync(HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
        Assert.Equal(["connector.deletes_confirmed", "connector.created"], await ActionsAsync(id));
    }

    [Fact]
    public async Task A_run_that_only_waits_makes_way_for_one_that_somebody_asks_for()
    {
        var id = Text(await SendAsync(HttpMethod.Post, Smb, SmbBody(), HttpStatusCode.Created), "id");
        var first = (await SendAsync(HttpMethod.Post, $"{Smb}/{id}/sync", null, HttpStatusCode.Accepted)).GetProperty("job_id").GetInt64();
        await Api.ExecuteAsync("UPDATE queue.job SET state = 'scheduled', place = NULL, run_at = now() + interval '1 hour' WHERE id = $1", first);
        var second = (await SendAsync(HttpMethod.Post, $"{Smb}/{id}/sync", null, HttpStatusCode.Accepted)).GetProperty("job_id").GetInt64();
        Assert.NotEqual(first, second);
        Assert.Equal("cancelled", Text(await SendAsync(HttpMethod.Get, $"/api/v1/admin/jobs/{first}", null, HttpStatusCode.OK), "state"));
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_with_counters_and_a_line_for_each_failed_item()
    {
        var id = Text(await SendAsync(HttpMethod.Post, Smb, SmbBody(), HttpStatusCode.Created), "id");
        await Api.ExecuteAsync("""
            INSERT INTO connectors.run (tenant_id, id, connector_id, trigger, status, phase, finished_at, listed, added, errors, problems, error_code, error_message)
            VALUES ('tnt_local', 'run_1', $1, 'schedule', 'completed', 'done', now(), 12, 9, 1, 2, NULL, NULL),
                   ('tnt_local', 'run_2', $1, 'manual', 'failed', 'walk', now(), 3, 0, 0, 0, 'source_offline', 'No route to host.')
            """, id);
        await Api.ExecuteAsync("INSERT INTO connectors.run (tenant_id, id, connector_id, trigger, cursor, listed) VALUES ('tnt_local', 'run_3', $1, 'change', 'a/b.txt', 5)", id);
        await Api.ExecuteAsync("""
            INSERT INTO connectors.item (tenant_id, run_id, number, path, action, code, detail, is_error)
            VALUES ('tnt_local', 'run_1', 1, 'link', 'skipped', 'link', 'A link.', false),
                   ('tnt_local', 'run_1', 2, '~$report.docx', 'error', 'locked', 'NT_STATUS_SHARING_VIOLATION', true)
            """);
        var page = await SendAsync(HttpMethod.Get, $"{Smb}/{id}/jobs?limit=2", null, HttpStatusCode.OK);
        Assert.Equal(["run_3", "run_2"], page.GetProperty("jobs").EnumerateArray().Select(run => Text(run, "id")));
        var (running, failed) = (page.GetProperty("jobs")[0], page.GetProperty("jobs")[1]);
        Assert.Equal(("running", "walk", "a/b.txt"), (Text(running, "status"), Text(running.GetProperty("progress"), "phase"), Text(running.GetProperty("progress"), "path")));
        Assert.Equal("source_offline: No route to host.", Text(failed, "stderr"));
        Assert.Equal(JsonValueKind.Null, failed.GetProperty("progress").ValueKind);

        var next = await SendAsync(HttpMethod.Get, $"{Smb}/{id}/jobs?before_id={Text(page, "next_before_id")}", null, HttpStatusCode.OK);
        var done = Assert.Single(next.GetProperty("jobs").EnumerateArray());
        Assert.Equal((1, 12, 9), (done.GetProperty("error_count").GetInt32(), done.GetProperty("listed").GetInt32(), done.GetProperty("report").GetProperty("added").GetInt32()));
        var line = Assert.Single(Text(done, "stderr").Split('\n'));
        Assert.StartsWith("~$report.docx: locked: NT_STATUS_SHARING_VIOLATION", line, StringComparison.Ordinal);
        Assert.Contains("Close it", line, StringComparison.Ordinal);

        Assert.Equal("run_1", Text(await SendAsync(HttpMethod.Get, $"{Smb}/{id}/jobs/run_1", null, HttpStatusCode.OK), "id"));
        var problems = await SendAsync(HttpMethod.Get, $"{Smb}/{id}/jobs/run_1/problems?limit=1", null, HttpStatusCode.OK);
        Assert.Equal(("link", 1), (Text(problems.GetProperty("problems")[0], "path"), problems.GetProperty("next_after").GetInt32()));
        var items = await SendAsync(HttpMethod.Get, $"{Smb}/{id}/jobs/run_1/items?after=1", null, HttpStatusCode.OK);
        Assert.Equal("error", Text(items.GetProperty("items")[0], "action"));
        using var none = await Api.Client.GetAsync($"{Smb}/{id}/jobs/run_9", RunningApi.Stop);
        await none.ErrorAsync(HttpStatusCode.NotFound, "NOT_FOUND");
        using var plan = await Api.Client.GetAsync($"{Smb}/{id}/jobs/run_1/plan", RunningApi.Stop);
        await plan.ErrorAsync(HttpStatusCode.Conflict, "CONFLICT");
    }

    [Fact]
    public async Task An_open_conflict_is_decided_and_a_resolved_one_is_not()
    {
        var id = Text(await SendAsync(HttpMethod.Post, Smb, SmbBody(), HttpStatusCode.Created), "id");
        await Api.ExecuteAsync("""
            INSERT INTO connectors.conflict (tenant_id, connector_id, id, run_id, path, kind, resolution, state, outcome, server_sha256, server_size_bytes, server_modified_at)
            VALUES ('tnt_local', $1, 'cfl_1', 'run_1', 'a.txt', 'content', 'MANUAL', 'open', NULL, 'ab', 3, now()),
                   ('tnt_local', $1, 'cfl_2', 'run_1', 'b.txt', 'content', 'KEEP_BOTH', 'resolved', 'Kept both.', NULL, NULL, NULL)
            """, id);
        var open = await SendAsync(HttpMethod.Get, $"{Smb}/{id}/conflicts?state=open", null, HttpStatusCode.OK);
        Assert.Equal(("cfl_1", "a.txt", 3), (Text(open.GetProperty("conflicts")[0], "id"), Text(open.GetProperty("conflicts")[0], "path"), open.GetProperty("conflicts")[0].GetProperty("server").GetProperty("size_bytes").GetInt32()));
        var decided = await SendAsync(HttpMethod.Post, $"{Smb}/{id}/conflicts/cfl_1/resolve", """{"keep":"client"}""", HttpStatusCode.OK);
        Assert.Equal(("open", "client"), (Text(decided, "state"), Text(decided, "keep")));
        foreach (var (path, body, status, code) in new[]
        {
            ("cfl_2", """{"keep":"client"}""", HttpStatusCode.Conflict, "CONFLICT"),
            ("cfl_9", """{"keep":"client"}""", HttpStatusCode.NotFound, "NOT_FOUND"),
            ("cfl_1", """{"keep":"mine"}""", HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR"),
        })
        {
            using var refused = await RequestAsync(HttpMethod.Post, $"{Smb}/{id}/conflicts/{path}/resolve", body);
            await refused.ErrorAsync(status, code);
        }
    }

    [Fact]
    public async Task Metrics_tell_when_a_connector_was_last_in_step_and_whether_it_holds_deletions_back()
    {
        var id = Text(await SendAsync(HttpMethod.Post, Smb, SmbBody(), HttpStatusCode.Created), "id");
        await Api.ExecuteAsync("UPDATE connectors.connector SET last_sync_at = now() - interval '1 hour', status = 'error', error_count = 3");
        await Api.ExecuteAsync("""
            INSERT INTO connectors.run (tenant_id, id, connector_id, trigger, status, finished_at, error_code, is_dry_run)
            VALUES ('tnt_local', 'run_1', $1, 'schedule', 'failed', now(), 'mass_delete', false), ('tnt_local', 'run_2', $1, 'manual', 'completed', now(), NULL, true)
            """, id);
        var lines = (await Api.Client.GetStringAsync("/metrics", RunningApi.Stop)).Split('\n');
        Assert.Contains($"scaidrive_connector_deletions_held{{connector=\"{id}\",type=\"smb\"}} 1", lines);
        Assert.Contains($"scaidrive_connector_errors{{connector=\"{id}\",type=\"smb\"}} 3", lines);
        Assert.Contains($"scaidrive_connector_status{{connector=\"{id}\",type=\"smb\",status=\"error\"}} 1", lines);
        var age = Assert.Single(lines, line => line.StartsWith($"scaidrive_connector_last_success_age_seconds{{connector=\"{id}\"", StringComparison.Ordinal));
        Assert.InRange(double.Parse(age.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), 3600, 3900);
    }
}
