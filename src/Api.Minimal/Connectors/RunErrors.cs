using ScaiDrive.Connectors.Overview;
using ScaiDrive.Connectors.Sync;

namespace ScaiDrive.Api.Minimal.Connectors;

/// <summary>The <c>stderr</c> of a run: why it failed as a whole, then a line for each item that failed.</summary>
internal static class RunErrors
{
    // A list of runs stays readable; all of them are at /problems.
    private const int Lines = 100;

    internal static async Task<string> ReadAsync(Run run, ConnectorOverview overview, CancellationToken cancellationToken)
    {
        List<string> lines = [];
        if (run.ErrorCode is not null)
            lines.Add($"{run.ErrorCode}: {run.ErrorMessage}");
        if (run.Report.Errors > 0)
        {
            var errors = await overview.ErrorsAsync(run.TenantId, run.Id, Lines, cancellationToken);
            lines.AddRange(errors.Select(error => error.ToString().ReplaceLineEndings(" ")));
            if (run.Report.Errors > errors.Count)
                lines.Add($"and {run.Report.Errors - errors.Count} more: GET …/jobs/{run.Id}/problems");
        }

        return string.Join('\n', lines);
    }
}
