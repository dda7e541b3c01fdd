using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ScaiDrive.Api.Minimal.Tests.Identity;
using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Drive;

namespace ScaiDrive.Api.Minimal.Tests.Adversarial;

/// <summary>One tenant that owns something of everything, every name and text of it marked; and a stranger who administers another one.</summary>
public sealed class TwoTenants : IAsyncLifetime
{
    /// <summary>Stands in every name and text of the owner, and nowhere else.</summary>
    public const string Mark = "ZQMARKQZ";

    private const string Owner = DriveStore.LocalTenantId;

    private static readonly Dictionary<string, string> NoIds = [];

    // All of it comes within seconds, from a few users.
    private readonly SignInApi at = new() { RateLimits = new() { TokenPerMinute = 1_000_000, UserPerMinute = 1_000_000, TenantPerMinute = 1_000_000 } };

    public RunningApi Api => at.Api;

    public TestScaiKey ScaiKey => at.ScaiKey;

    /// <summary>Ids of the owner, by the names that parameters have.</summary>
    public Dictionary<string, string> Foreign { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<Operation> Operations { get; private set; } = [];

    /// <summary>What somebody of a third tenant was answered where no id is needed, before the owner had anything.</summary>
    public Dictionary<string, string> Before { get; } = new(StringComparer.Ordinal);

    public async Task InitializeAsync()
    {
        await at.InitializeAsync();
        Operations = await Operation.AllAsync(Api.Client, Stranger());
        await Api.ExecuteAsync("INSERT INTO queue.worker (id, name, slots, kinds, lease_time) VALUES ('w', 'w', 4, ARRAY['extract-text'], interval '1 hour')");
        foreach (var operation in Operations.Where(one => one.IsPlainList()))
            Before[operation.ToString()] = await AnswerAsync(operation);
        await PlantAsync();
    }

    public Task DisposeAsync() => at.DisposeAsync();

    /// <summary>An administrator of the other tenant, with every right there.</summary>
    public string Stranger(string scope = "tenant:admin", Action<System.Text.Json.Nodes.JsonObject>? change = null) => ScaiKey.Token(claims =>
    {
        (claims["tenant_id"], claims["sub"], claims["scope"]) = ("tnt_stranger", "usr_stranger", scope);
        change?.Invoke(claims);
    });

    public Task<HttpResponseMessage> SendAsync(Operation operation, string? token) => SendAsync(operation, token, Foreign);

    private async Task<HttpResponseMessage> SendAsync(Operation operation, string? token, IReadOnlyDictionary<string, string> foreign)
    {
        using var request = operation.Request(foreign);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await Api.Client.SendAsync(request, RunningApi.Stop);
    }

    /// <summary>What somebody of a third tenant, who does nothing else, is answered, without what is different every time.</summary>
    public async Task<string> AnswerAsync(Operation operation)
    {
        using var answer = await SendAsync(operation, Stranger(change: claims => (claims["tenant_id"], claims["sub"]) = ("tnt_watcher", "usr_watcher")), NoIds);
        return $"{(int)answer.StatusCode} {Volatile().Replace(await answer.Content.ReadAsStringAsync(), "#")}";
    }

    /// <summary>A checksum of all that the owner has, table by table.</summary>
    public async Task<string> OwnerStateAsync()
    {
        var tables = new List<string>();
        await using (var command = Api.Database.CreateCommand("""
            SELECT polrelid::regclass::text FROM pg_policy JOIN pg_attribute ON attrelid = polrelid AND attname = 'tenant_id'
            WHERE polname = 'tenant_wall' ORDER BY 1
            """))
        {
            await using var rows = await command.ExecuteReaderAsync();
            while (await rows.ReadAsync())
                tables.Add(rows.GetString(0));
        }

        var state = new StringBuilder();
        foreach (var table in tables)
        {
            await using var command = Api.Database.CreateCommand(
                $"SELECT count(*) || ' ' || coalesce(md5(string_agg(row::text, ',' ORDER BY row::text COLLATE \"C\")), '') FROM {table} AS row WHERE tenant_id = '{Owner}'");
            state.Append(table).Append(' ').Append(await command.ExecuteScalarAsync()).Append('\n');
        }

        return state.ToString();
    }

    private static System.Text.RegularExpressions.Regex Volatile() =>
        new("req_[0-9a-z]+|\\d{4}-\\d\\d-\\d\\dT[0-9:.]+(Z|\\+00:00)|\"[a-z_]*(seconds|_ms|age)[a-z_]*\":[0-9.eE+-]+");

    private async Task PlantAsync()
    {
        var owner = ScaiKey.Token(claims => (claims["tenant_id"], claims["sub"], claims["scope"], claims["name"]) = (Owner, DriveStore.LocalUserId, "tenant:admin", $"{Mark} user"));
        var (share, folder) = await Api.WriteAsync(async writer =>
        {
            var made = await writer.EnsureShareAsync($"{Mark} share", RunningApi.Stop);
            return (made, await writer.CreateFolderAsync(made.Id, null, $"{Mark} folder", RunningApi.Stop));
        });
        var file = await Api.AddFileAsync($"{Mark} file.txt", $"{Mark} text needle");
        Api.Engine.Add(file, "needle", snippet: $"{Mark} needle {Mark}");
        Set(("share_id", share.Id), ("folder_id", folder.Id), ("file_id", file.Id), ("user_id", DriveStore.LocalUserId), ("subject_id", file.Id));
        Set(("queue", "high"), ("partner_id", "prt_owner"), ("key", $"tenant:{Owner}"), ("type", "user"), ("member_id", DriveStore.LocalUserId));

        Foreign["group_id"] = await MakeAsync(owner, "/api/v1/admin/groups", new { name = $"{Mark} group" });
        Foreign["provider_id"] = "prv_planted";
        await Api.ExecuteAsync(
            "INSERT INTO search.provider (tenant_id, id, name, type, endpoint, model, dimensions) VALUES ($1, 'prv_planted', $2, 'openai_compatible', 'https://127.0.0.1:1/v1', $2, 8)",
            Owner, $"{Mark} provider");
        Foreign["policy_id"] = await MakeAsync(owner, "/api/v1/vectorization/policies", new { name = $"{Mark} policy", path_prefix = $"/{Mark}" });
        Foreign["schedule_id"] = await MakeAsync(owner, "/api/v1/admin/schedules", new { name = $"{Mark} schedule", kind = "check-index", interval_seconds = 86_400 });
        var source = Directory.CreateDirectory(Path.Combine(Api.SourceRoot, Mark)).FullName;
        Foreign["connector_id"] = await MakeAsync(owner, "/api/v1/connectors", new { name = $"{Mark} connector", target_share_id = share.Id, root = source, description = Mark });
        Foreign["connector"] = Foreign["connector_id"];
        Set(("run_id", "run_planted"), ("conflict_id", "cfl_planted"), ("before_id", "run_planted"));
        await Api.ExecuteAsync(
            "INSERT INTO connectors.run (tenant_id, id, connector_id, trigger, status, phase, finished_at, error_code, error_message) VALUES ($1, 'run_planted', $2, 'manual', 'failed', 'done', now(), 'failed', $3)",
            Owner, Foreign["connector_id"], Mark);
        await Api.ExecuteAsync(
            "INSERT INTO connectors.conflict (tenant_id, id, connector_id, run_id, path, kind, resolution, state) VALUES ($1, 'cfl_planted', $2, 'run_planted', $3, 'both_changed', 'manual', 'open')",
            Owner, Foreign["connector_id"], $"/{Mark}");
        await Api.ExecuteAsync(
            "INSERT INTO queue.rule (key, paused_at, paused_by, pause_reason) VALUES ($1, now(), $2, $2), ($3, now(), $2, $2)",
            $"tenant:{Owner}", Mark, $"connector:{Foreign["connector_id"]}");
        await PlantIndexAsync(file);

        Foreign["id"] = (await Api.AddDiscardedJobAsync($"{Mark} failed", file.Id)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        for (var more = 0; more < 6; more++)
            await Api.AddWaitingJobAsync(connector: Foreign["connector_id"], subjectId: $"{Mark}{more}");
        await Api.AddRunningJobAsync("index-text", 1, 2, file.Id);
    }

    private async Task PlantIndexAsync(DriveFile file)
    {
        await Api.ExecuteAsync(
            """
            INSERT INTO search.file (tenant_id, file_id, share_id, name, path, mime_type, size_bytes, modified_at, content_hash, version, chunk_count, indexed_at)
            VALUES ($1, $2, $3, $4, $4, 'text/plain', 10, now(), $5, 1, 1, now())
            """,
            Owner, file.Id, file.ShareId, $"/{Mark}", file.ChecksumSha256);
        await Api.ExecuteAsync(
            "INSERT INTO search.file_status (tenant_id, file_id, content_hash, status, reason_code) VALUES ($1, $2, $3, 'failed', 'timed_out')", Owner, file.Id, file.ChecksumSha256);
        await Api.ExecuteAsync(
            "INSERT INTO search.file_stage (tenant_id, file_id, stage, content_hash, state, reason_code, detail, attempt) VALUES ($1, $2, 'extract', $3, 'failed', 'timed_out', $4, 1)",
            Owner, file.Id, file.ChecksumSha256, Mark);
    }

    /// <summary>At the top, or of the one thing that the answer wraps.</summary>
    private static string? IdIn(JsonElement answer) =>
        answer.TryGetProperty("id", out var id) ? id.GetString()
        : answer.EnumerateObject().Where(one => one.Name != "meta" && one.Value.ValueKind == JsonValueKind.Object).Select(one => IdIn(one.Value)).FirstOrDefault(one => one is not null);

    private void Set(params (string Name, string Id)[] ids)
    {
        foreach (var (name, id) in ids)
            Foreign[name] = id;
    }

    private async Task<string> MakeAsync(string token, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await Api.Client.SendAsync(request, RunningApi.Stop);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return IdIn(JsonDocument.Parse(text).RootElement) ?? throw new InvalidOperationException($"{path} answers without an id: {text}");
    }
}
