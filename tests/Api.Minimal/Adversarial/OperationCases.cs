using System.Text.Json.Nodes;

namespace ScaiDrive.Api.Minimal.Tests.Adversarial;

/// <summary>How somebody of another tenant calls an operation, and what they are due.</summary>
/// <param name="Statuses">Any of these; none: 404, as for what does not exist.</param>
public sealed record OperationCase(params int[] Statuses)
{
    /// <summary>The body, where <c>{name}</c> stands for an id of the other tenant; null: none.</summary>
    public string? Body { get; init; }

    public string ContentType { get; init; } = "application/json";

    /// <summary>Asks for no token at all.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Asks for a token, whatever it allows.</summary>
    public bool NeedsNoScope { get; init; }

    /// <summary>Values for parameters in the query that are no ids, without the question mark.</summary>
    public string Query { get; init; } = "";

    /// <summary>Whoever asks must have asked with the ids of the other tenant; else the answer says nothing.</summary>
    public bool Fits(int status) => Statuses.Length == 0 ? status == 404 : Statuses.Contains(status);
}

/// <summary>Every operation of the API. One that is missing here fails the suite: say how a stranger would call it, and what they are due.</summary>
internal static class OperationCases
{
    private const string Search = """{"query":"needle","share_id":"{share_id}"}""";
    private const string Pause = """{"reason":"mine now"}""";

    internal static IReadOnlyDictionary<string, OperationCase> All { get; } = new Dictionary<string, OperationCase>(StringComparer.Ordinal)
    {
        ["GetHealth"] = new(200) { IsOpen = true },
        ["GetReadiness"] = new(200, 503) { IsOpen = true },
        ["GetMe"] = new(200) { NeedsNoScope = true },
        ["GetConfig"] = new(200) { IsOpen = true },
        ["GetAuthConfig"] = new(200, 404, 503) { IsOpen = true },
        ["RelayCallback"] = new(200, 400, 404, 422) { IsOpen = true },
        ["ExchangeToken"] = new(400, 401, 404, 415, 422) { IsOpen = true },
        ["TakeScaiKeyEvent"] = new(400, 401, 403, 404, 422, 503) { IsOpen = true, Body = "{}" },

        ["GetTenant"] = new(200),
        ["ChangeTenant"] = new(200) { Body = """{"display_name":"theirs"}""" },
        ["ListPartnerTenants"] = new(403),
        ["CreatePartnerTenant"] = new(403) { Body = """{"name":"theirs"}""" },
        ["ListUsers"] = new(200),
        ["CreateUser"] = new(409, 422) { Body = """{"id":"{user_id}","email":"theirs@example.com","display_name":"theirs"}""" },
        ["GetUser"] = new(),
        ["ChangeUser"] = new() { Body = """{"display_name":"mine now"}""" },
        ["ActivateUser"] = new(),
        ["DeactivateUser"] = new(),

        ["ListGroups"] = new(200),
        ["CreateGroup"] = new(201, 200) { Body = """{"name":"theirs"}""" },
        ["GetGroup"] = new(),
        ["DeleteGroup"] = new(),
        ["AddGroupMember"] = new() { Body = """{"type":"user","id":"{user_id}"}""" },
        ["RemoveGroupMember"] = new(),

        ["UploadFile"] = new(404, 403) { Body = "multipart" },
        ["GetFile"] = new(),
        ["GetFileContent"] = new(),
        ["DeleteFile"] = new(),
        ["ListChildren"] = new(),
        ["ListShares"] = new(200),

        ["Search"] = new(200, 404) { Query = "q=needle" },
        ["SearchKeyword"] = new(200, 404) { Query = "q=needle" },
        ["SearchSemantic"] = new(200, 404) { Query = "q=needle" },
        ["SearchHybrid"] = new(200, 404) { Query = "q=needle" },
        ["SearchPost"] = new(200, 404) { Body = Search },
        ["SearchKeywordPost"] = new(200, 404) { Body = Search },
        ["SearchSemanticPost"] = new(200, 404) { Body = Search },
        ["SearchHybridPost"] = new(200, 404) { Body = Search },
        ["SearchContext"] = new(200, 404) { Body = Search },
        // Answers for files that nobody has heard of, too: another tenant's is one of those.
        ["ExplainFile"] = new(200),
        ["Reindex"] = new() { Body = """{"file_id":"{file_id}"}""" },
        ["GetIndexStatus"] = new(),
        ["GetSearchHealth"] = new(200, 503),
        ["GetIndexQueue"] = new(200),
        ["GetSearchStats"] = new(200),
        ["GetIndexCheck"] = new(200, 404),
        ["StartIndexCheck"] = new(202, 200, 409),
        ["EstimateRedo"] = new(200),
        ["RedoExtraction"] = new(200, 202),

        ["ListJobs"] = new(200),
        ["GetJob"] = new(),
        ["ExplainJob"] = new(),
        ["GetJobLogs"] = new(),
        ["RetryJob"] = new(),
        ["CancelJob"] = new(),
        ["RetryJobs"] = new(200) { Body = """{"ids":[{id}]}""" },
        ["CancelJobs"] = new(200) { Body = """{"ids":[{id}],"reason":"mine now"}""" },
        ["MoveJobs"] = new(200) { Body = """{"ids":[{id}],"queue":"high"}""" },

        ["ListQueues"] = new(200),
        ["ListWorkers"] = new(200, 403),
        ["PauseQueue"] = new(403) { Body = Pause },
        ["ResumeQueue"] = new(403),
        ["ListQueueRules"] = new(200),
        ["GetQueueRule"] = new(403, 404),
        ["PutQueueRule"] = new(403, 404) { Body = """{"max_running":1}""" },
        ["DeleteQueueRule"] = new(403, 404),
        ["PauseByRule"] = new(403, 404) { Body = Pause },
        ["ResumeByRule"] = new(403, 404),

        ["ListSchedules"] = new(200),
        ["CreateSchedule"] = new(201, 404, 422) { Body = """{"name":"theirs","kind":"check-index","interval_seconds":3600,"subject_id":"{file_id}","connector":"{connector_id}"}""" },
        ["GetSchedule"] = new(),
        ["ChangeSchedule"] = new() { Body = """{"name":"mine now"}""" },
        ["DeleteSchedule"] = new(),
        ["RunSchedule"] = new(),
        ["PauseSchedule"] = new() { Body = Pause },
        ["ResumeSchedule"] = new(),
        ["PreviewSchedule"] = new(),
        ["PreviewTiming"] = new(200) { Body = """{"interval_seconds":3600}""" },

        ["ListConnectors"] = new(200),
        ["CreateConnector"] = new(404, 422) { Body = """{"name":"theirs","target_share_id":"{share_id}","root":"/srv/nothing"}""" },
        ["CreateSmbConnector"] = new(404, 422) { Body = """{"name":"theirs","target_share_id":"{share_id}","server_host":"files.example.com","share_name":"docs"}""" },
        ["GetConnector"] = new(),
        ["ChangeConnector"] = new() { Body = """{"name":"mine now"}""" },
        ["DeleteConnector"] = new(),
        ["TestConnector"] = new(),
        ["PauseConnector"] = new(),
        ["ResumeConnector"] = new(),
        ["SyncConnector"] = new() { Body = "{}" },
        ["ListConnectorRuns"] = new(),
        ["GetConnectorRun"] = new(),
        ["ListConnectorRunProblems"] = new(),
        ["ListConnectorRunItems"] = new(),
        ["ListConnectorRunPlan"] = new(),
        ["ListConnectorConflicts"] = new(),
        ["ResolveConnectorConflict"] = new() { Body = """{"keep":"server"}""" },
        ["GetConnectorIdentityMapping"] = new(),
        ["PutConnectorIdentityMapping"] = new() { Body = "smb-sid,scaidrive-user\nS-1-5-21-1-2-3-4,{user_id}\n", ContentType = "text/csv" },
        ["UploadConnectorIdentityMapping"] = new() { Body = "smb-sid,scaidrive-user\nS-1-5-21-1-2-3-4,{user_id}\n", ContentType = "text/csv" },
        ["ListConnectorUnmappedPrincipals"] = new(),

        ["ListVectorizationProviders"] = new(200),
        ["CreateVectorizationProvider"] = new(422) { Body = """{"name":"theirs","type":"no such type"}""" },
        ["TryVectorizationProvider"] = new(422) { Body = """{"type":"no such type"}""" },
        ["GetVectorizationProvider"] = new(),
        ["ChangeVectorizationProvider"] = new() { Body = """{"name":"mine now"}""" },
        ["DeleteVectorizationProvider"] = new(),
        ["TestVectorizationProvider"] = new(),
        ["GetVectorizationProviderHealth"] = new(),
        ["ListVectorizationPolicies"] = new(200),
        ["CreateVectorizationPolicy"] = new(404, 422) { Body = """{"name":"theirs","share_id":"{share_id}","provider_id":"{provider_id}"}""" },
        ["GetVectorizationPolicy"] = new(),
        ["ChangeVectorizationPolicy"] = new() { Body = """{"name":"mine now"}""" },
        ["DeleteVectorizationPolicy"] = new(),
        ["ListVectorIndexes"] = new(200),

        ["ListAuditEvents"] = new(200),
    };

    /// <summary>The case with the other tenant's ids in every place for an id: path, query and body.</summary>
    internal static HttpRequestMessage Request(this Operation operation, IReadOnlyDictionary<string, string> foreign)
    {
        var known = All.GetValueOrDefault(operation.Id) ?? new OperationCase();
        var path = operation.PathNames.Aggregate(operation.Path, (text, name) => text.Replace($"{{{name}}}", Uri.EscapeDataString(foreign[name]), StringComparison.Ordinal));
        var query = string.Join('&', operation.QueryNames
            .Where(name => foreign.ContainsKey(name) && !known.Query.Contains($"{name}=", StringComparison.Ordinal))
            .Select(name => $"{name}={Uri.EscapeDataString(foreign[name])}").Append(known.Query).Where(part => part.Length > 0));
        return new HttpRequestMessage(operation.Method, query.Length == 0 ? path : $"{path}?{query}") { Content = Content(known, foreign) };
    }

    private static HttpContent? Content(OperationCase known, IReadOnlyDictionary<string, string> foreign)
    {
        if (known.Body is null)
            return null;
        if (known.Body == "multipart")
        {
            return new MultipartFormDataContent
            {
                { new StringContent(foreign["share_id"]), "share_id" },
                { new StringContent(foreign["folder_id"]), "folder_id" },
                { new ByteArrayContent("theirs"u8.ToArray()), "file", "theirs.txt" },
            };
        }

        var text = foreign.Aggregate(known.Body, (body, id) => body.Replace($"{{{id.Key}}}", id.Value, StringComparison.Ordinal));
        if (known.ContentType == "application/json")
            _ = JsonNode.Parse(text); // a body that is broken would be refused before anybody looks at its ids
        return new StringContent(text, System.Text.Encoding.UTF8, known.ContentType);
    }
}
