using Npgsql;
using ScaiDrive.Connectors.Permissions;
using ScaiDrive.Drive;

namespace ScaiDrive.Connectors.Tests.Permissions;

/// <summary>Whom a source means: the table a person gives, accounts found by email and by name, and who is left.</summary>
public sealed class IdentityMappingTests(MirrorFixture fixture) : IClassFixture<MirrorFixture>
{
    private const string Anna = "S-1-5-21-1-2-3-1001";
    private const string Berta = "S-1-5-21-1-2-3-1002";
    private const string Staff = "S-1-5-21-1-2-3-2001";

    private static readonly CancellationToken Stop = CancellationToken.None;

    private readonly string connector = $"cnn_{Guid.NewGuid():N}";

    [Theory]
    [InlineData("S-1-5-21-1,usr_a\n", "1 S-1-5-21-1=usr_a", "")]
    [InlineData("smb-sid,scaidrive-user\nS-1-5-21-1,usr_a", "2 S-1-5-21-1=usr_a", "")]
    [InlineData("\uFEFFSMB-SID, ScaiDrive-User\r\n\r\n# the boss\r\n s-1-5-21-01 , \"a, \"\"b\"\"@x\" \r\n", "4 S-1-5-21-1=a, \"b\"@x", "")]
    [InlineData("S-1-5-21-1,usr_a\nsmb-sid,scaidrive-user\n", "1 S-1-5-21-1=usr_a", "2")]
    [InlineData("S-1-5-21-1,usr_a,x\n\nS-1-5-21-2\nanna,usr_a\nS-1-5-21-3,\nS-1-1-0,usr_a\nS-1-3-0,usr_a", "", "1 3 4 5 6 7")]
    [InlineData("S-1-5-21-1,usr_a\nS-1-5-21-01,usr_b", "1 S-1-5-21-1=usr_a", "2")]
    [InlineData("\"S-1-5-21-1\",\"usr_a\nS-1-5-21-2,usr_b", "", "1")]
    [InlineData("\"S-1-5-21-1\"x,usr_a\nS-1-5-21-2,usr_b", "2 S-1-5-21-2=usr_b", "1")]
    [InlineData("", "", "")]
    public void A_table_is_read_line_by_line(string csv, string rows, string faultyLines)
    {
        var (read, faults) = IdentityMappingCsv.Parse(csv);
        Assert.Equal(rows, string.Join(';', read.Select(row => $"{row.Line} {row.Sid}={row.Given}")));
        Assert.Equal(faultyLines, string.Join(' ', faults.Select(fault => fault.Line)));
    }

    [Fact]
    public async Task A_table_replaces_the_one_before_and_is_read_back_as_it_was_given()
    {
        var (anna, berta) = (await UserAsync("Anna", "Anna@Example.com"), await UserAsync("Berta", null));
        var group = await GroupAsync();
        var table = $"smb-sid,scaidrive-user\n{Staff},{group}\n{Anna},anna@EXAMPLE.com\n{Berta},nobody\nS-1-5-21-1-2-3-513,everyone\n";
        Assert.Equal((4, 0), await UploadAsync(table));
        Assert.Equal(table, await fixture.Mappings.DownloadAsync(Tenant, connector, Stop));
        var rows = await fixture.Mappings.ListAsync(Tenant, connector, "", 10, Stop);
        Assert.Equal(
            [(Anna, Principal.User(anna)), (Berta, Principal.Nobody), (Staff, Principal.Group(group)), ("S-1-5-21-1-2-3-513", Principal.Everyone)],
            rows.Select(row => (row.Sid, row.Principal)));
        Assert.Equal([(Staff, Principal.Group(group))], (await fixture.Mappings.ListAsync(Tenant, connector, Berta, 1, Stop)).Select(row => (row.Sid, row.Principal)));

        Assert.Equal((1, 0), await UploadAsync($"{Berta},{berta}"));
        Assert.Equal($"smb-sid,scaidrive-user\n{Berta},{berta}\n", await fixture.Mappings.DownloadAsync(Tenant, connector, Stop));
        Assert.Equal((0, 0), await UploadAsync(""));
        Assert.Equal("smb-sid,scaidrive-user\n", await fixture.Mappings.DownloadAsync(Tenant, connector, Stop));
    }

    [Fact]
    public async Task A_table_with_a_fault_changes_nothing_and_every_fault_is_told()
    {
        var anna = await UserAsync("Anna", "a@one.example");
        await UserAsync("Other Anna", "A@one.example");
        await UploadAsync($"{Anna},{anna}");
        await using var connection = await fixture.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var upload = await fixture.Mappings.UploadAsync(transaction, Tenant, connector, $"{Berta},{anna}\n{Staff},grp_none\n{Anna},a@one.example\nx,y", Stop);
        await transaction.CommitAsync();
        Assert.Equal([2, 3, 4], upload.Faults.Select(fault => fault.Line));
        Assert.Contains("Several users", upload.Faults[1].Message, StringComparison.Ordinal);
        Assert.Equal($"smb-sid,scaidrive-user\n{Anna},{anna}\n", await fixture.Mappings.DownloadAsync(Tenant, connector, Stop));
    }

    [Fact]
    public async Task A_user_of_another_tenant_is_nobody()
    {
        await ExecuteAsync("INSERT INTO tenants (id, name) VALUES ('tnt_foreign', 'Foreign') ON CONFLICT DO NOTHING");
        await ExecuteAsync("INSERT INTO users (tenant_id, id, email, display_name) VALUES ('tnt_foreign', 'usr_foreign', 'f@foreign.example', 'F') ON CONFLICT DO NOTHING");
        Assert.Equal((0, 2), await UploadAsync($"{Anna},usr_foreign\n{Berta},f@foreign.example"));
    }

    [Theory]
    [InlineData(@"CORP\anna", "usr_anna email")]
    [InlineData("anna@corp.example", "usr_anna email")]
    [InlineData(@"NAS\anna", null)]
    [InlineData("anna", null)]
    [InlineData(@"CORP\Anna Berger", "usr_anna name")]
    [InlineData(@"X\berger.anna", "usr_anna name")]
    [InlineData(@"X\BERGER, Ánna", "usr_anna name")]
    [InlineData(@"X\admin", null)]
    [InlineData(@"X\Max Müller", null)]
    [InlineData(@"CORP\finance", "grp_finance name")]
    [InlineData(@"CORP\Sales EU", null)]
    [InlineData(@"CORP\twice", null)]
    public void An_account_is_matched_by_email_or_name_when_it_can_be_only_one(string name, string? expected)
    {
        var matching = new AccountMatching([(Anna, name)]);
        matching.Offer(new UserCard("usr_anna", "anna@corp.example", "Anna Berger"));
        matching.Offer(new UserCard("usr_admin", "admin@else.example", "Admin"));
        matching.Offer(new UserCard("usr_max1", "m1@corp.example", "Max Müller"));
        matching.Offer(new UserCard("usr_max2", null, "Müller Max"));
        matching.Offer(new UserCard("usr_sales", null, "EU Sales"));
        matching.Offer(new UserCard("usr_twice1", "twice@corp.example", "One Person"));
        matching.Offer(new UserCard("usr_twice2", "twice@mail.corp.example", "Other Person"));
        matching.Offer(new Group("grp_finance", "Finance"));
        matching.Offer(new Group("grp_sales", "Sales EU"));
        Assert.Equal(expected, matching.Matches().Select(match => $"{match.Principal.Id} {match.How}").SingleOrDefault());
    }

    private static string Tenant => DriveStore.LocalTenantId;

    private async Task<(int Rows, int Faults)> UploadAsync(string csv)
    {
        await using var connection = await fixture.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var upload = await fixture.Mappings.UploadAsync(transaction, Tenant, connector, csv, Stop);
        await transaction.CommitAsync();
        return (upload.Rows, upload.Faults.Count);
    }

    private async Task<string> UserAsync(string name, string? email)
    {
        var id = ScaiDrive.Store.PrefixedId.New("usr");
        await ExecuteAsync(
            "INSERT INTO users (tenant_id, id, email, display_name) VALUES ('tnt_local', $1, nullif($2, ''), $3)", id, email ?? "", name);
        return id;
    }

    private async Task<string> GroupAsync()
    {
        await using var connection = await fixture.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var group = await fixture.Groups.CreateAsync(transaction, Tenant, $"Group {Guid.NewGuid()}", Stop);
        await transaction.CommitAsync();
        return group!.Id;
    }

    private async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = fixture.Database.DataSource.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        await command.ExecuteNonQueryAsync();
    }
}
