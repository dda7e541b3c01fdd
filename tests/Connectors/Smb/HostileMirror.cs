using ScaiDrive.Connectors.Sync;

namespace ScaiDrive.Connectors.Tests.Smb;

/// <summary>What holds of every fault: nothing is deleted because of it, it is named, and the pass after it heals.</summary>
internal static class HostileMirror
{
    extension(Mirror mirror)
    {
        /// <summary>The pass goes through; what it could not do is named with path and code.</summary>
        internal async Task<IReadOnlyList<Problem>> RunWithErrorsAsync(params (string Path, string Code)[] expected)
        {
            var before = await mirror.FilesAsync();
            var run = await mirror.RunFromSettingsAsync();
            var errors = (await mirror.ProblemsAsync(run)).Where(problem => problem.IsError).ToList();
            Assert.Equal(expected.OrderBy(one => one.Path, StringComparer.Ordinal), errors.Select(one => (one.Path, one.Code)).OrderBy(one => one.Path, StringComparer.Ordinal));
            Assert.Equal(("completed", (long)expected.Length, 0L), (run.Status, run.Report.Errors, run.Report.Deleted));
            Assert.All(errors, problem => Assert.NotEmpty(problem.Hint));
            var after = await mirror.FilesAsync();
            Assert.All(before, file => Assert.Equal(file.Value.Id, after[file.Key].Id));
            return errors;
        }

        /// <summary>The pass fails as a whole, says why, and leaves the share as it was.</summary>
        internal async Task<ConnectorException> FailAsync(string code)
        {
            var before = await mirror.FilesAsync();
            var fault = await Assert.ThrowsAsync<ConnectorException>(mirror.RunFromSettingsAsync);
            Assert.True(code == fault.Code, $"{fault.Code}: {fault.Message}");
            var run = (await mirror.RunsAsync(1)).Single();
            Assert.Equal(("failed", code, 0L), (run.Status, run.ErrorCode, run.Report.Deleted));
            var connector = await mirror.CurrentAsync();
            Assert.Equal(ConnectorStatus.Error, connector.Status);
            Assert.Equal(fault.Message, connector.StatusMessage);
            var after = await mirror.FilesAsync();
            Assert.All(before, file => Assert.Equal(file.Value.Id, after[file.Key].Id));
            return fault;
        }

        /// <summary>The pass goes through without a fault, and both sides are the same.</summary>
        internal async Task<Run> HealAsync()
        {
            var run = await mirror.RunFromSettingsAsync();
            Assert.True(run.Report.Errors == 0, string.Join('\n', await mirror.ProblemsAsync(run)));
            Assert.Equal("completed", run.Status);
            await mirror.AssertInStepAsync();
            return run;
        }
    }
}
