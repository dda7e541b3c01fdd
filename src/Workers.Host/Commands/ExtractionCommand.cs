using System.CommandLine;

namespace ScaiDrive.Workers.Host.Commands;

/// <summary><c>extraction outdated|redo</c>: what an update of the readers asks for, through the running API; one JSON line.</summary>
internal static class ExtractionCommand
{
    internal static Command Create()
    {
        var url = RunningApi.Url();
        var outdated = new Command("outdated", "Prints which texts were read by readers that have changed since, and what reading them again costs.") { url };
        outdated.SetAction((parsed, cancellationToken) => Failing.InWordsAsync(() =>
            RunningApi.PrintAsync(parsed.GetRequiredValue(url), client => client.GetAsync("/api/v1/admin/extraction/outdated", cancellationToken), cancellationToken)));
        var redo = new Command("redo", "Starts reading them again, in low; prints the job.") { url };
        redo.SetAction((parsed, cancellationToken) => Failing.InWordsAsync(() =>
            RunningApi.PrintAsync(parsed.GetRequiredValue(url), client => client.PostAsync("/api/v1/admin/extraction/redo", null, cancellationToken), cancellationToken)));
        return new Command("extraction", "After an update: texts that newer readers would read differently.") { outdated, redo };
    }
}
