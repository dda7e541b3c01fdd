using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ScaiDrive.Bench.Cranfield;

/// <summary>The product as its user starts it, <c>up</c>, in a process of its own, asked over HTTP.</summary>
internal sealed partial class RunningHost : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _client = new();

    private RunningHost(Process process) => _process = process;

    /// <summary>Files with text.</summary>
    internal int Indexed { get; private set; }

    /// <summary>Starts it on a folder and comes back when every file of the folder has passed all stages.</summary>
    internal static async Task<RunningHost> StartAsync(string folder, string data, CancellationToken cancellationToken)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "ScaiDrive.Workers.Host.dll");
        var process = Process.Start(new ProcessStartInfo("dotnet", [program, "up", folder, "--data", data, "--port", "0"])
        {
            RedirectStandardError = true,
            Environment = { ["SCAIDRIVE_LOG_LEVEL"] = "warning" },
        })!;
        var host = new RunningHost(process);
        try
        {
            await host.WaitUntilIndexedAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a search and reads the answer; a refused one ends the benchmark.</summary>
    internal async Task<JsonElement> AskAsync(string path, object body, CancellationToken cancellationToken)
    {
        using var response = await _client.PostAsJsonAsync(path, body, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"{path} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        return await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (!_process.HasExited)
        {
            // As Ctrl-C would: the embedded server is stopped with it.
            using (var interrupt = Process.Start("kill", ["-INT", $"{_process.Id}"]))
                await interrupt.WaitForExitAsync();
            await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(30), TimeProvider.System));
        }

        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private async Task WaitUntilIndexedAsync(CancellationToken cancellationToken)
    {
        while (await _process.StandardError.ReadLineAsync(cancellationToken) is { } line)
        {
            if (ReadyLine().Match(line) is { Success: true } ready)
                _client.BaseAddress = new Uri(ready.Groups[1].Value);
            if (DoneLine().Match(line) is { Success: true } done)
            {
                Indexed = int.Parse(done.Groups[1].Value, CultureInfo.InvariantCulture);
                // Read on, or the pipe fills up and the host waits for it.
                _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
                return;
            }
        }

        throw new InvalidOperationException("The host ended before everything was indexed.");
    }

    [GeneratedRegex(@"^ScaiDrive is ready: (http\S+)")]
    private static partial Regex ReadyLine();

    [GeneratedRegex(@"^Done: \d+ files, (\d+) indexed")]
    private static partial Regex DoneLine();
}
