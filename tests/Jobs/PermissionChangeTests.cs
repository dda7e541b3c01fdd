using ScaiDrive.Drive;
using ScaiDrive.Search.Query;

namespace ScaiDrive.Jobs.Tests;

/// <summary>A change of permissions at the source reaches search without anything being read, cut or embedded again.</summary>
public sealed class PermissionChangeTests
{
    private const string Staff = "S-1-5-21-3-3-3-1";

    [Fact]
    public async Task A_revoked_file_is_gone_from_search_with_the_commit_and_no_job_is_made()
    {
        await using var fleet = await Fleet.CreateAsync();
        await fleet.SqlAsync("UPDATE shares SET is_public = true");
        await fleet.SqlAsync("INSERT INTO users (tenant_id, id, display_name) VALUES ('tnt_local', 'usr_anna', 'Anna')");
        var acls = await fleet.Get<SourceAcls>().InternAsync(Fleet.Tenant, "cnn_x", [new([new(true, Staff)]), SourceAcl.Nobody], default);
        await MapAsync(fleet, Principal.User("usr_anna"));
        var file = await fleet.AddAsync("plan.txt", "The marmalade budget grew.");
        await SetAsync(fleet, file.Id, acls[0]);
        await fleet.StartAsync();
        await fleet.SettleAsync();
        Assert.Equal(["plan.txt"], await FindAsync(fleet, byMeaning: false));
        Assert.Equal(["plan.txt"], await FindAsync(fleet, byMeaning: true));

        var (jobs, embedded) = ((await JobsAsync(fleet)).Count, fleet.Model.Embedded);
        await SetAsync(fleet, file.Id, acls[1]);
        // What the index knows by itself, without the last check before a hit leaves.
        await Fleet.UntilAsync(async () => (await FindAsync(fleet, byMeaning: false)).Count == 0);
        Assert.Empty(await FindAsync(fleet, byMeaning: true));
        await SetAsync(fleet, file.Id, acls[0]);
        await Fleet.UntilAsync(async () => (await FindAsync(fleet, byMeaning: false)).Count == 1);
        Assert.Single(await FindAsync(fleet, byMeaning: true));

        // Another mapping alone changes no row of the index at all.
        var log = await fleet.ColumnAsync("SELECT max(number)::text FROM search.index_log");
        await MapAsync(fleet, Principal.Nobody);
        Assert.Empty(await FindAsync(fleet, byMeaning: false));
        await MapAsync(fleet, Principal.User("usr_anna"));
        Assert.Single(await FindAsync(fleet, byMeaning: false));
        Assert.Equal(log, await fleet.ColumnAsync("SELECT max(number)::text FROM search.index_log"));
        Assert.Equal((jobs, embedded + 2), ((await JobsAsync(fleet)).Count, fleet.Model.Embedded));
    }

    [Fact]
    public async Task The_daily_check_brings_permissions_back_that_the_index_lost()
    {
        await using var fleet = await Fleet.CreateAsync();
        var acl = (await fleet.Get<SourceAcls>().InternAsync(Fleet.Tenant, "cnn_x", [SourceAcl.Nobody], default))[0];
        var file = await fleet.AddAsync("plan.txt", "text");
        await SetAsync(fleet, file.Id, acl);
        var indexed = DriveChangesListener.Indexed((await fleet.Get<DriveStore>().FindFileAsync(Fleet.Tenant, file.Id, default))!);
        Assert.Equal(acl, indexed.AclId);
        Assert.Equal("misplaced", IndexMender.KindOf(indexed, indexed with { AclId = null }));
    }

    private static Task<List<string>> JobsAsync(Fleet fleet) => fleet.ColumnAsync("SELECT kind FROM queue.job_row");

    private static Task<bool> SetAsync(Fleet fleet, string fileId, long acl) => fleet.WriteAsync(ChangeOrigin.Import("cnn_x"), async writer =>
    {
        await writer.SetSourceAclsAsync([new(fileId, acl)], default);
        return true;
    });

    private static async Task MapAsync(Fleet fleet, Principal principal)
    {
        await using var connection = await fleet.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await fleet.Get<SourceAcls>().SetTrusteesAsync(transaction, Fleet.Tenant, "cnn_x", [new(Staff, principal)], default);
        await transaction.CommitAsync();
    }

    private static async Task<List<string>> FindAsync(Fleet fleet, bool byMeaning)
    {
        var scope = await fleet.Get<AccessControl>().ScopeOfAsync(new Caller(Fleet.Tenant, "usr_anna", IsAdmin: false), default);
        var request = new SearchRequest { TenantId = Fleet.Tenant, Query = "marmalade budget", AllowedShares = scope.Shares, AllowedAcls = scope.SourceAcls };
        var search = fleet.Get<SearchService>();
        var answer = byMeaning ? await search.SemanticAsync(request, default) : await search.KeywordAsync(request, default);
        return [.. answer.Hits.Select(hit => hit.FileName)];
    }
}
