using Npgsql;
using ScaiDrive.Drive.Audit;
using ScaiDrive.Drive.Users;

namespace ScaiDrive.Drive.Tests.Users;

public sealed class SignInTests : IAsyncLifetime
{
    private Sandbox sandbox = null!;
    private SignIn signIn = null!;

    private DateTimeOffset Now { get; } = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    public async Task InitializeAsync()
    {
        sandbox = await Sandbox.CreateAsync();
        signIn = new SignIn(sandbox.DataSource, new AuditLog(sandbox.DataSource));
    }

    public async Task DisposeAsync() => await sandbox.DisposeAsync();

    [Fact]
    public async Task Many_first_calls_of_one_user_at_once_make_them_known_once()
    {
        for (var round = 0; round < 10; round++)
        {
            var user = Claimed(groups: ["grp_" + round + sandbox.TenantId, "grp_shared" + sandbox.TenantId]);
            var all = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => signIn.AdmitAsync(user, Sandbox.Stop))));

            Assert.All(all, admitted => Assert.Equal(Admission.Admitted, admitted.Admission));
            Assert.Equal(1L, await CountAsync("SELECT count(*) FROM audit_event WHERE target_id = $1 AND action = 'user.provisioned'", user.UserId));
            Assert.Equal(2L, await CountAsync("SELECT count(*) FROM group_members WHERE member_id = $1", user.UserId));
        }
    }

    [Fact]
    public async Task Many_users_with_many_groups_come_at_once_without_blocking_each_other()
    {
        var groups = Enumerable.Range(0, 30).Select(number => $"grp_{number:00}{sandbox.TenantId}").ToArray();
        var users = Enumerable.Range(0, 30).Select(number => Claimed(groups: [.. groups.Skip(number % 7)])).ToList();
        var all = await Task.WhenAll(users.Select(user => Task.Run(() => signIn.AdmitAsync(user, Sandbox.Stop))));
        Assert.All(all, admitted => Assert.Equal(Admission.Admitted, admitted.Admission));
    }

    [Fact]
    public async Task An_ordinary_call_writes_nothing()
    {
        var user = Claimed(groups: ["grp_a" + sandbox.TenantId]);
        await signIn.AdmitAsync(user, Sandbox.Stop);
        var before = await RowAsync(user.UserId);

        await signIn.AdmitAsync(user with { IssuedAt = Now.AddMinutes(1) }, Sandbox.Stop);

        Assert.Equal(before, await RowAsync(user.UserId));
    }

    [Fact]
    public async Task A_sign_in_that_is_some_minutes_old_is_written_down_again()
    {
        var user = Claimed();
        await signIn.AdmitAsync(user, Sandbox.Stop);
        await sandbox.ExecuteAsync("UPDATE users SET last_login_at = now() - interval '6 minutes' WHERE id = $1", user.UserId);
        var before = await RowAsync(user.UserId);

        await signIn.AdmitAsync(user, Sandbox.Stop);

        Assert.NotEqual(before, await RowAsync(user.UserId));
    }

    [Fact]
    public async Task Nothing_about_somebody_who_is_kept_out_is_written()
    {
        var user = Claimed();
        await signIn.AdmitAsync(user, Sandbox.Stop);
        await sandbox.ExecuteAsync("UPDATE users SET status = 'suspended' WHERE id = $1", user.UserId);
        var before = await RowAsync(user.UserId);

        var admitted = await signIn.AdmitAsync(user with { Name = "Other", IssuedAt = Now.AddMinutes(1), Groups = ["grp_x" + sandbox.TenantId] }, Sandbox.Stop);

        Assert.Equal(Admission.Suspended, admitted.Admission);
        Assert.Equal(before, await RowAsync(user.UserId));
    }

    [Fact]
    public async Task The_same_id_in_another_tenant_is_nobody_and_leaves_no_trace()
    {
        var user = Claimed();
        await signIn.AdmitAsync(user, Sandbox.Stop);
        var other = await signIn.AdmitAsync(user with { TenantId = "tnt_never" + sandbox.TenantId }, Sandbox.Stop);
        Assert.Equal(Admission.OtherTenant, other.Admission);
        Assert.Equal(0L, await CountAsync("SELECT count(*) FROM tenants WHERE id = $1", "tnt_never" + sandbox.TenantId));
    }

    [Fact]
    public async Task A_group_of_another_tenant_takes_nobody_in()
    {
        await sandbox.ExecuteAsync("INSERT INTO tenants (id, name) VALUES ($1, 'Foreign')", "tnt_f" + sandbox.TenantId);
        await sandbox.ExecuteAsync("INSERT INTO groups (tenant_id, id, name) VALUES ($1, $2, 'Foreign')", "tnt_f" + sandbox.TenantId, "grp_f" + sandbox.TenantId);
        var user = Claimed(groups: ["grp_f" + sandbox.TenantId]);

        Assert.Equal(Admission.Admitted, (await signIn.AdmitAsync(user, Sandbox.Stop)).Admission);

        Assert.Equal(0L, await CountAsync("SELECT count(*) FROM group_members WHERE member_id = $1", user.UserId));
    }

    [Fact]
    public async Task What_an_admin_has_put_into_a_group_stays_when_the_token_says_nothing_of_it()
    {
        var group = "grp_mixed" + sandbox.TenantId;
        var user = Claimed(groups: [group]);
        await signIn.AdmitAsync(user, Sandbox.Stop);
        await sandbox.ExecuteAsync("INSERT INTO group_members (tenant_id, group_id, member_type, member_id) VALUES ($1, $2, 'user', $3)", sandbox.TenantId, group, user.UserId);

        await signIn.AdmitAsync(user with { Groups = [], IssuedAt = Now.AddMinutes(1) }, Sandbox.Stop);

        Assert.Equal("admin", await ScalarAsync("SELECT string_agg(source, ',') FROM group_members WHERE member_id = $1", user.UserId));
    }

    [Fact]
    public async Task The_first_partner_a_token_names_keeps_the_tenant()
    {
        var tenant = "tnt_p" + sandbox.TenantId;
        await signIn.AdmitAsync(Claimed() with { TenantId = tenant }, Sandbox.Stop);
        await signIn.AdmitAsync(Claimed() with { TenantId = tenant, PartnerId = "prt_one" }, Sandbox.Stop);
        await signIn.AdmitAsync(Claimed() with { TenantId = tenant, PartnerId = "prt_two" }, Sandbox.Stop);
        Assert.Equal("prt_one", await ScalarAsync("SELECT partner_id FROM tenants WHERE id = $1", tenant));
    }

    [Fact]
    public async Task The_role_that_is_stored_is_told()
    {
        var user = Claimed();
        Assert.Null((await signIn.AdmitAsync(user, Sandbox.Stop)).AdminRole);
        await sandbox.ExecuteAsync("UPDATE users SET admin_role = 'tenant_admin' WHERE id = $1", user.UserId);
        Assert.Equal("tenant_admin", (await signIn.AdmitAsync(user, Sandbox.Stop)).AdminRole);
    }

    private ClaimedUser Claimed(params string[] groups) => new(sandbox.TenantId, $"usr_{Guid.NewGuid():n}", Now) { Email = "a@example.org", Name = "A", Groups = groups };

    private async Task<string> RowAsync(string userId) => (string)(await ScalarAsync("SELECT xmin::text || u::text FROM users u WHERE id = $1", userId))!;

    private async Task<long> CountAsync(string sql, string value) => (long)(await ScalarAsync(sql, value))!;

    private async Task<object?> ScalarAsync(string sql, string value)
    {
        await using var command = new NpgsqlCommand(sql);
        await using var connection = await sandbox.DataSource.OpenConnectionAsync(Sandbox.Stop);
        command.Connection = connection;
        command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(Sandbox.Stop);
    }
}
