namespace ScaiDrive.Api.Minimal.Tests.Adversarial;

/// <summary>What an administrator of one tenant gets who asks for what another tenant has.</summary>
public sealed class StrangerTests(TwoTenants tenants) : IClassFixture<TwoTenants>
{
    [Fact]
    public void Every_operation_of_the_document_has_a_case_and_every_parameter_in_a_path_a_foreign_id()
    {
        Assert.True(tenants.Operations.Count > 90, "The document was not read.");
        Assert.DoesNotContain(tenants.Operations, operation => !OperationCases.All.ContainsKey(operation.Id));
        Assert.Empty(tenants.Operations.SelectMany(operation => operation.PathNames).Distinct().Except(tenants.Foreign.Keys));
        Assert.Empty(OperationCases.All.Keys.Except(tenants.Operations.Select(operation => operation.Id)));
    }

    [Fact]
    public async Task No_answer_holds_anything_of_another_tenant_and_nothing_there_is_changed()
    {
        var before = await tenants.OwnerStateAsync();
        Assert.Contains("search.file_stage 1 ", before, StringComparison.Ordinal);
        var faults = new List<string>();
        foreach (var operation in tenants.Operations)
        {
            using var answer = await tenants.SendAsync(operation, tenants.Stranger());
            var text = $"{answer.Headers}{answer.Content.Headers}{await answer.Content.ReadAsStringAsync()}";
            if (!OperationCases.All[operation.Id].Fits((int)answer.StatusCode))
                faults.Add($"{operation} answers {(int)answer.StatusCode}: {text}");
            if (text.Contains(TwoTenants.Mark, StringComparison.Ordinal))
                faults.Add($"{operation} tells of another tenant: {text}");
            if (answer.IsSuccessStatusCode && operation.PathNames.Count > 0)
                faults.Add($"{operation} takes another tenant's id: {text}");
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.Equal(before, await tenants.OwnerStateAsync());
    }

    [Fact]
    public async Task No_count_of_a_stranger_moves_with_what_another_tenant_has()
    {
        var moved = new List<string>();
        foreach (var operation in tenants.Operations.Where(one => one.IsPlainList()))
        {
            // How busy the workers of the fleet are, is the same for all who ask.
            if (operation.Id != "ListWorkers" && await tenants.AnswerAsync(operation) is var now && now != tenants.Before[operation.ToString()])
                moved.Add($"{operation}\n  before {tenants.Before[operation.ToString()]}\n  after  {now}");
        }

        Assert.True(moved.Count == 0, string.Join('\n', moved));
    }
}
