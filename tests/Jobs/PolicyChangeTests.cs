using ScaiDrive.Drive;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Queue;
using ScaiDrive.Search.Embedding.Policies;
using ScaiDrive.Search.Embedding.Providers;

namespace ScaiDrive.Jobs.Tests;

public sealed class PolicyChangeTests
{
    private const string Default = "pol_default";

    private static readonly Caller Admin = new(Fleet.Tenant, DriveStore.LocalUserId, IsAdmin: true);

    [Fact]
    public async Task Leaving_files_out_takes_their_text_out_of_the_index_and_letting_them_in_again_reads_nothing_again()
    {
        await using var fleet = await StartedAsync();
        await fleet.AddAsync("secret.txt", "heron");
        var open = await fleet.AddAsync("open.txt", "penguin");
        await fleet.SettleAsync();
        var before = await JobsAsync(fleet);

        var change = await ChangeAsync(fleet, list => list.Add("pol_out", new(Rule(path: "/secret", content: false), "Out", null), At));
        await fleet.SettleAsync();

        Assert.Equal((1L, "exclude 1"), (change.Estimate!.Files, Actions(change)));
        Assert.Empty(await fleet.FindAsync("heron"));
        Assert.Equal(["secret.txt"], await fleet.FindAsync("secret"));
        Assert.Equal(["open.txt"], await fleet.FindAsync("penguin"));
        Assert.Equal(["open.txt"], await fleet.FindAsync("heron", byMeaning: true));
        Assert.Equal(["apply-rules", "swap-vector-spaces"], await NewKindsAsync(fleet, before));
        var since = await JobsAsync(fleet);

        var embedded = fleet.Model.Embedded;
        change = await ChangeAsync(fleet, list => list.Remove("pol_out"));
        await fleet.SettleAsync();
        Assert.Equal("index 1", Actions(change));
        Assert.Equal(["secret.txt"], await fleet.FindAsync("heron"));
        Assert.Equal(2, (await fleet.FindAsync("heron", byMeaning: true)).Count);
        Assert.Equal(embedded + 1, fleet.Model.Embedded); // the query
        Assert.DoesNotContain(await JobsAsync(fleet), job => !since.Contains(job) && job.Contains(open.Id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Meaning_switched_off_drops_vectors_and_switched_on_again_costs_no_embedding()
    {
        await using var fleet = await StartedAsync();
        var file = await fleet.AddAsync("a.txt", "heron");
        await fleet.SettleAsync();
        var embedded = fleet.Model.Embedded;

        var change = await ChangeAsync(fleet, list => list.Change(Default, new(Rule(semantic: false), null, null), At));
        await fleet.SettleAsync();
        Assert.Equal("drop_vectors 1", Actions(change));
        Assert.Equal(["a.txt"], await fleet.FindAsync("heron"));
        Assert.Empty(await fleet.ColumnAsync("SELECT model FROM search.file_vectors UNION ALL SELECT model FROM search.vector_space"));
        Assert.Null((await fleet.StatusAsync(file.Id)).VectorizedAt);

        change = await ChangeAsync(fleet, list => list.Change(Default, new(Rule(), null, null), At));
        await fleet.SettleAsync();
        Assert.Equal(("embed 1", 0), (Actions(change), change.Estimate!.Embeddings.Sum(one => one.Tokens)));
        Assert.Equal(["use-lite-en serving"], await SpacesAsync(fleet));
        Assert.Equal(["use-lite-en"], await fleet.ColumnAsync("SELECT model FROM search.file_vectors"));
        Assert.Equal(embedded, fleet.Model.Embedded);
    }

    [Fact]
    public async Task Another_model_is_built_beside_the_one_that_serves_and_takes_its_place_when_every_file_has_it()
    {
        await using var fleet = await StartedAsync();
        await AddProviderAsync(fleet, "prv_b", "model-b");
        await fleet.AddAsync("a.txt", "heron");
        await fleet.AddAsync("b.txt", "penguin");
        await fleet.SettleAsync();
        await fleet.Get<QueueRules>().PauseAsync("kind:embed-text", "test", "later", null, default);

        var change = await ChangeAsync(fleet, list => list.Change(Default, new(Rule(provider: "prv_b"), null, null), At));
        Assert.Equal(("embed 2", 2L), (Actions(change), Assert.Single(change.Estimate!.Embeddings).Texts));
        Assert.True(change.Estimate!.Embeddings[0].Tokens > 0);
        Assert.Equal(["model-b building", "use-lite-en serving"], await SpacesAsync(fleet));
        Assert.Equal(["a.txt", "b.txt"], (await fleet.FindAsync("heron", byMeaning: true)).Order(StringComparer.Ordinal));

        // The walk is done, and the swap has looked.
        await Fleet.UntilAsync(async () => (await fleet.ColumnAsync("SELECT wait_reason FROM queue.job_row WHERE kind = 'swap-vector-spaces' AND wait_reason IS NOT NULL")).Count > 0);
        Assert.Equal(2, (await fleet.ColumnAsync("SELECT kind FROM queue.job_row WHERE kind = 'embed-text' AND state = 'available'")).Count);
        Assert.Equal(["model-b building", "use-lite-en serving"], await SpacesAsync(fleet));
        Assert.Equal(2, (await fleet.FindAsync("heron", byMeaning: true)).Count);

        await fleet.Get<QueueRules>().ResumeAsync("kind:embed-text", default);
        await fleet.SettleAsync();
        Assert.Equal(["model-b serving"], await SpacesAsync(fleet));
        Assert.Equal(["model-b", "model-b"], await fleet.ColumnAsync("SELECT model FROM search.file_vectors"));
        Assert.Equal(["a.txt", "b.txt"], (await fleet.FindAsync("heron", byMeaning: true)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Going_back_before_the_swap_redoes_nothing()
    {
        await using var fleet = await StartedAsync();
        await AddProviderAsync(fleet, "prv_b", "model-b");
        await fleet.AddAsync("a.txt", "heron");
        await fleet.SettleAsync();
        var (embedded, revisions) = (fleet.Model.Embedded, await fleet.ColumnAsync("SELECT revision::text FROM search.file"));
        await fleet.Get<QueueRules>().PauseAsync("kind:embed-text", "test", "later", null, default);

        await ChangeAsync(fleet, list => list.Change(Default, new(Rule(provider: "prv_b"), null, null), At));
        var back = await ChangeAsync(fleet, list => list.Change(Default, new(Rule(), null, null), At));
        Assert.Equal(0, back.Estimate!.Files);
        await fleet.Get<QueueRules>().ResumeAsync("kind:embed-text", default);
        await fleet.SettleAsync();

        Assert.Equal(["use-lite-en serving"], await SpacesAsync(fleet));
        Assert.Equal(embedded, fleet.Model.Embedded);
        Assert.Equal(revisions, await fleet.ColumnAsync("SELECT revision::text FROM search.file"));
    }

    [Fact]
    public async Task Another_provider_of_the_same_model_causes_nothing()
    {
        await using var fleet = await StartedAsync();
        await AddProviderAsync(fleet, "prv_same", "use-lite-en");
        await fleet.AddAsync("a.txt", "heron");
        await fleet.SettleAsync();
        var before = await JobsAsync(fleet);
        var change = await ChangeAsync(fleet, list => list.Change(Default, new(Rule(provider: "prv_same"), null, null), At));
        await fleet.SettleAsync();
        Assert.Equal(0, change.Estimate!.Files);
        Assert.Equal(["apply-rules", "swap-vector-spaces"], await NewKindsAsync(fleet, before));
        Assert.Equal(["prv_same"], await fleet.ColumnAsync("SELECT provider_id FROM search.vector_space"));
    }

    [Fact]
    public async Task A_policy_with_ocr_sends_exactly_the_images_below_it_to_ocr_and_says_how_many_pages()
    {
        await using var fleet = await StartedAsync();
        await fleet.AddAsync("scan.pdf", PdfWithPages.Write(PdfWithPages.Picture));
        await fleet.AddAsync("other.pdf", PdfWithPages.Write("walrus", PdfWithPages.Picture));
        await fleet.SettleAsync();
        var change = await ChangeAsync(fleet, list => list.Add("pol_ocr", new(Rule(path: "/other", ocr: true), "Ocr", null), At));
        Assert.Equal(("recognize 1", 1L), (Actions(change), change.Estimate!.OcrPages));
        await fleet.SettleAsync();
        Assert.Equal(["other.pdf"], await fleet.FindAsync(PdfWithPages.WordInPicture));
        change = await ChangeAsync(fleet, list => list.Remove("pol_ocr"));
        Assert.Equal(0, change.Estimate!.Files);
        await fleet.SettleAsync();
        Assert.Equal(["other.pdf"], await fleet.FindAsync(PdfWithPages.WordInPicture));
    }

    [Fact]
    public async Task A_file_that_cannot_be_embedded_does_not_hold_up_the_swap()
    {
        await using var fleet = await StartedAsync();
        await AddProviderAsync(fleet, "prv_b", "model-b");
        var bad = await fleet.AddAsync("bad.txt", "heron");
        await fleet.AddAsync("good.txt", "penguin");
        await fleet.SettleAsync();
        fleet.Model.Refuses = "heron";
        await ChangeAsync(fleet, list => list.Change(Default, new(Rule(provider: "prv_b"), null, null), At));
        await fleet.SettleAsync();
        Assert.Equal(["model-b serving"], await SpacesAsync(fleet));
        Assert.Equal("failed", Assert.Single((await fleet.StatusAsync(bad.Id)).Stages, stage => stage.Stage == "embed").State);
        Assert.Contains(
            await fleet.ColumnAsync("SELECT l.message FROM queue.job_log l"), line => line.Contains("1 files are without it", StringComparison.Ordinal));

        // What failed with one model is tried with the next one, and not with each change of rules.
        fleet.Model.Refuses = null;
        await ChangeAsync(fleet, list => list.Change(Default, new(Rule(), null, null), At));
        await fleet.SettleAsync();
        Assert.Equal(["use-lite-en", "use-lite-en"], await fleet.ColumnAsync("SELECT model FROM search.file_vectors"));
    }

    [Fact]
    public async Task A_share_of_its_own_model_is_found_beside_the_others()
    {
        await using var fleet = await StartedAsync();
        await AddProviderAsync(fleet, "prv_b", "model-b");
        await fleet.AddAsync("x1.txt", "heron");
        await fleet.AddAsync("y1.txt", "penguin");
        await fleet.SettleAsync();
        await ChangeAsync(fleet, list => list.Add("pol_x", new(Rule(path: "/x", provider: "prv_b"), "X", null), At));
        await fleet.SettleAsync();
        Assert.Equal(["model-b serving", "use-lite-en serving"], await SpacesAsync(fleet));
        Assert.Equal(
            ["x1.txt model-b", "y1.txt use-lite-en"],
            await fleet.ColumnAsync("SELECT f.name || ' ' || v.model FROM search.file_vectors v JOIN search.file f USING (tenant_id, file_id) ORDER BY 1"));
        Assert.Equal(2, (await fleet.FindAsync("heron", byMeaning: true)).Count);
    }

    [Fact]
    public async Task A_file_that_moves_follows_the_policy_of_its_new_path()
    {
        await using var fleet = await StartedAsync();
        await ChangeAsync(fleet, list => list.Add("pol_out", new(Rule(path: "/secret", content: false), "Out", null), At));
        var file = await fleet.AddAsync("open.txt", "heron");
        await fleet.SettleAsync();
        Assert.Equal(["open.txt"], await fleet.FindAsync("heron"));

        await fleet.WriteAsync(ChangeOrigin.Interactive(), writer => writer.MoveFileAsync(file.Id, null, "secret.txt", default));
        await fleet.SettleAsync();
        Assert.Empty(await fleet.FindAsync("heron"));
        Assert.Equal("excluded_by_policy", (await fleet.StatusAsync(file.Id)).ReasonCode);

        await fleet.WriteAsync(ChangeOrigin.Interactive(), writer => writer.MoveFileAsync(file.Id, null, "open.txt", default));
        await fleet.SettleAsync();
        Assert.Equal(["open.txt"], await fleet.FindAsync("heron"));
    }

    [Fact]
    public async Task A_dry_run_changes_nothing()
    {
        await using var fleet = await StartedAsync();
        await fleet.AddAsync("a.txt", "heron");
        await fleet.SettleAsync();
        var change = await fleet.Get<PolicyChanges>().ChangeAsync(
            Admin, Default, list => list.Change(Default, new(Rule(content: false), null, null), At), dryRun: true, default);
        Assert.Equal(("exclude 1", null), (Actions(change), change.JobId));
        Assert.True((await fleet.Get<EmbeddingProviders>().ReadRulesAsync(Fleet.Tenant, default)).Policies[0].IndexContent);
    }

    [Fact]
    public async Task Who_adds_changes_or_deletes_a_policy_is_in_the_audit_log()
    {
        await using var fleet = await StartedAsync();
        await ChangeAsync(fleet, list => list.Add("pol_x", new(Rule(path: "/x"), "X", null), At), "pol_x");
        await ChangeAsync(fleet, list => list.Change("pol_x", new(null, "Y", null), At), "pol_x");
        await ChangeAsync(fleet, list => list.Change("pol_x", new(null, "Y", null), At), "pol_x");
        await ChangeAsync(fleet, list => list.Remove("pol_x"), "pol_x");
        var events = await fleet.Get<AuditLog>().ListAsync(
            Fleet.Tenant, new(AuditCategories.Admin, null, "vectorization.", "pol_x", Admin.UserId, null, null, null), 10, default);
        Assert.Equal(
            ["vectorization.policy_created", "vectorization.policy_changed", "vectorization.policy_deleted"], events.Select(one => one.Action).Reverse());
    }

    private static DateTimeOffset At => TimeProvider.System.GetUtcNow();

    internal static PolicyRow Rule(
        string? path = null, string? provider = null, bool content = true, bool semantic = true, bool? ocr = null, string? share = null) =>
        new("", share, path, null, content, semantic, ocr, provider);

    internal static Task<PolicyChange> ChangeAsync(Fleet fleet, Func<PolicyList, PolicyList> change, string policyId = Default) =>
        fleet.Get<PolicyChanges>().ChangeAsync(Admin, policyId, change, dryRun: false, default);

    internal static Task AddProviderAsync(Fleet fleet, string id, string model) => fleet.SqlAsync(
        $"INSERT INTO search.provider (tenant_id, id, name, type, model, dimensions) VALUES ('{Fleet.Tenant}', '{id}', '{id}', 'local', '{model}', 512)");

    internal static async Task<List<string>> SpacesAsync(Fleet fleet) =>
        await fleet.ColumnAsync("SELECT model || ' ' || state FROM search.vector_space ORDER BY model");

    private static async Task<Fleet> StartedAsync()
    {
        var fleet = await Fleet.CreateAsync();
        await fleet.StartAsync();
        await fleet.Get<EmbeddingProviders>().ReadRulesAsync(Fleet.Tenant, default);
        return fleet;
    }

    private static string Actions(PolicyChange change) =>
        string.Join(", ", change.Estimate!.Actions.OrderBy(action => action.Key, StringComparer.Ordinal).Select(action => $"{action.Key} {action.Value}"));

    private static Task<List<string>> JobsAsync(Fleet fleet) =>
        fleet.ColumnAsync("SELECT id || ' ' || kind || ' ' || coalesce(subject_id, '') FROM queue.job_row");

    private static async Task<List<string>> NewKindsAsync(Fleet fleet, List<string> before) =>
        [.. (await JobsAsync(fleet)).Except(before).Select(job => job.Split(' ')[1]).Distinct().Order(StringComparer.Ordinal)];
}
