using ScaiDrive.Api.Minimal.Tests.Support;
using ScaiDrive.Store;

namespace ScaiDrive.Api.Minimal.Tests.Identity;

/// <summary>The wall between tenants over the whole schema, read from the catalog: a new table cannot be forgotten.</summary>
public sealed class EveryTableTests : IClassFixture<RunningApi>
{
    /// <summary>Tables without a tenant of their own, and why a tenant's request may reach them or why not.</summary>
    private static readonly Dictionary<string, string> NoTenants = new(StringComparer.Ordinal)
    {
        ["schema_migration"] = "closed: which scripts were applied",
        ["queue.claim"] = "rows that name a job of the tenant, by a policy of its own",
        ["queue.rule"] = "all but rules about other tenants, by a policy of its own",
        ["queue.tally"] = "counts of the tenant's lanes, by a policy of its own",
        ["queue.tally_change"] = "counts of the tenant's lanes, by a policy of its own; what a job's change adds",
        ["queue.tally_mark"] = "one number: how far the counts are folded",
        ["queue.throughput"] = "counts of the tenant's lanes, by a policy of its own",
        ["queue.worker"] = "the workers of the fleet, which every admin may list; nothing of whose jobs they hold",
        ["search.index_identity"] = "one id: which database this is",
    };

    private readonly RunningApi api;

    public EveryTableTests(RunningApi api) => this.api = api;

    [Fact]
    public async Task Every_table_is_behind_the_wall_or_says_why_it_has_no_tenant()
    {
        foreach (var table in await TablesAsync())
        {
            if (NoTenants.ContainsKey(table.Name))
                Assert.False(table.HasTenant, $"{table.Name} has a tenant by now; strike it off the list.");
            else
                Assert.True(table.IsWalled, $"{table.Name} is not behind the wall: give it a tenant_id, or a reason in this list and grants in its migration.");
        }
    }

    [Fact]
    public async Task What_may_be_reached_without_a_tenant_is_granted_on_purpose_and_never_whole_where_rows_are_of_tenants()
    {
        foreach (var table in (await TablesAsync()).Where(table => NoTenants.ContainsKey(table.Name)))
        {
            var reason = NoTenants[table.Name];
            Assert.Equal(!reason.StartsWith("closed", StringComparison.Ordinal), table.MayRead);
            Assert.Equal(reason.Contains("by a policy of its own", StringComparison.Ordinal), table.HasPolicies);
        }
    }

    [Fact]
    public async Task No_view_and_no_function_reads_in_the_name_of_somebody_whom_the_wall_does_not_bind()
    {
        Assert.Empty(await NamesAsync("""
            SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('v', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
              AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)
            UNION ALL
            SELECT f.oid::regprocedure::text FROM pg_proc AS f JOIN pg_namespace AS n ON n.oid = f.pronamespace
            WHERE f.prosecdef AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            """));
    }

    [Fact]
    public async Task A_request_runs_behind_the_wall_of_its_caller()
    {
        await api.ExecuteAsync("CREATE POLICY nothing ON users AS RESTRICTIVE TO scaidrive_tenant USING (false)");
        await api.ExecuteAsync("CREATE POLICY nothing ON tenants AS RESTRICTIVE TO scaidrive_tenant USING (false)");
        try
        {
            // The tenant is there, but a request can no longer see it: so it went through the wall.
            using var answer = await api.Client.GetAsync("/api/v1/admin/tenant");
            Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
        }
        finally
        {
            await api.ExecuteAsync("DROP POLICY nothing ON users");
            await api.ExecuteAsync("DROP POLICY nothing ON tenants");
        }

        using var again = await api.Client.GetAsync("/api/v1/admin/tenant");
        Assert.Equal(System.Net.HttpStatusCode.OK, again.StatusCode);
    }

    private async Task<List<Table>> TablesAsync()
    {
        await using var command = api.Database.CreateCommand("""
            SELECT c.oid::regclass::text,
                   EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnum > 0 AND NOT a.attisdropped),
                   c.relrowsecurity AND EXISTS (
                       SELECT FROM pg_policy AS p
                       WHERE p.polrelid = c.oid AND p.polname = 'tenant_wall' AND p.polroles = ARRAY['scaidrive_tenant'::regrole::oid] AND p.polcmd = '*'
                         AND pg_get_expr(p.polqual, p.polrelid) ~ '^\((tenant_id|id) = current_setting\(''scaidrive\.tenant_id''::text, true\)\)$'
                         AND pg_get_expr(p.polqual, p.polrelid) = pg_get_expr(p.polwithcheck, p.polrelid))
                     AND (SELECT count(*) = 1 FROM pg_policy AS p WHERE p.polrelid = c.oid AND p.polpermissive),
                   c.relrowsecurity AND EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid),
                   has_table_privilege('scaidrive_tenant', c.oid, 'SELECT')
            FROM pg_class AS c
            JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            """);
        var tables = new List<Table>();
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            tables.Add(new Table(rows.GetString(0), rows.GetBoolean(1), rows.GetBoolean(2), rows.GetBoolean(3), rows.GetBoolean(4)));
        Assert.True(tables.Count > 50, "The catalog was not read.");
        return tables;
    }

    private async Task<List<string>> NamesAsync(string sql)
    {
        await using var command = api.Database.CreateCommand(sql);
        var names = new List<string>();
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            names.Add(rows.GetString(0));
        return names;
    }

    private sealed record Table(string Name, bool HasTenant, bool IsWalled, bool HasPolicies, bool MayRead);
}
