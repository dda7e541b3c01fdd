using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using ScaiDrive.Tests.Support;

namespace ScaiDrive.Workers.Host.Tests;

/// <summary>The host as its user starts it: a process of its own, spoken to over the shell and HTTP.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder errors = new();
    private readonly TaskCompletionSource<Uri> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task<string> output;

    private HostProcess(Process process)
    {
        this.process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                ready.TrySetException(new InvalidOperationException($"The host ended before it was ready: {Errors}"));
                return;
            }

            lock (errors)
                errors.AppendLine(line.Data);
            if (line.Data.Contains("is ready: ", StringComparison.Ordinal))
                ready.TrySetResult(new Uri(line.Data.Split("is ready: ")[1].Split(' ')[0]));
        };
        process.BeginErrorReadLine();
        output = process.StandardOutput.ReadToEndAsync();
    }

    internal int Id => process.Id;

    internal Task<Uri> Ready => ready.Task;

    internal string Errors
    {
        get
        {
            lock (errors)
                return errors.ToString();
        }
    }

    internal static HostProcess Start(IReadOnlyList<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Configuration.HostSettings).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("SCAIDRIVE_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["SCAIDRIVE_WEIGHTS_DIR"] = RepositoryPaths.Weights;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new HostProcess(Process.Start(start)!);
    }

    /// <summary>Runs to the end and answers exit code, output and errors.</summary>
    internal static async Task<(int ExitCode, string Output, string Errors)> RunAsync(IReadOnlyList<string> arguments, params (string Name, string Value)[] environment)
    {
        await using var host = Start(arguments, environment);
        return await host.FinishAsync();
    }

    internal async Task<(int ExitCode, string Output, string Errors)> FinishAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The host did not end: {Errors}");
        }

        return (process.ExitCode, await output, Errors);
    }

    internal async Task KillAsync()
    {
        // Only this process, as an out-of-memory killer would: what it started has to notice by itself.
        process.Kill(entireProcessTree: false);
        await process.WaitForExitAsync();
    }

    // The shell's own kill: a bare machine has no program of that name.
    internal void Terminate() => Process.Start("sh", ["-c", $"kill -TERM {process.Id}"])!.WaitForExit();

    internal static JsonObject Summary(string output) => JsonNode.Parse(output.Trim().Split('\n')[^1])!.AsObject();

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }
}
