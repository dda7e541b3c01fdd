using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ScaiDrive.Bench.Queue;

/// <summary>The product's API as an operator runs it, a process of its own, on a database that is there already.</summary>
internal sealed class ApiChild : IAsyncDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "ScaiDrive.Workers.Host.dll");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process process;

    private ApiChild(Process process, HttpClient client) => (this.process, Client) = (process, client);

    internal HttpClient Client { get; }

    /// <summary>Brings the database to the schema of every room.</summary>
    internal static async Task MigrateAsync(BenchDatabase database, string directory, CancellationToken cancellationToken)
    {
        using var migration = Start("migrate", 0, database, directory);
        await migration.WaitForExitAsync(cancellationToken);
        if (migration.ExitCode != 0)
            throw new InvalidOperationException($"The migration ended with exit code {migration.ExitCode}.");
    }

    internal static async Task<ApiChild> StartAsync(BenchDatabase database, string directory, CancellationToken cancellationToken)
    {
        var port = FreePort();
        var api = new ApiChild(
            Start("api", port, database, directory),
            new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(5) });
        try
        {
            var began = Stopwatch.GetTimestamp();
            while (!await api.AnswersAsync(cancellationToken))
            {
                if (api.process.HasExited || Stopwatch.GetElapsedTime(began) > Patience)
                    throw new InvalidOperationException("The API did not start; its error output says why.");
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellationToken);
            }

            return api;
        }
        catch
        {
            await api.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        // It holds nothing that an orderly end would save.
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await Client.GetAsync(new Uri("/api/v1/health", UriKind.Relative), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static Process Start(string role, int port, BenchDatabase database, string directory)
    {
        var start = new ProcessStartInfo("dotnet", [Program, role]) { RedirectStandardOutput = true };
        // Of ./bench, and no setting of the product.
        start.Environment.Remove("SCAIDRIVE_REPOSITORY");
        start.Environment["SCAIDRIVE_DATABASE_URL"] = database.Url;
        start.Environment["SCAIDRIVE_DATA_DIR"] = directory;
        start.Environment["SCAIDRIVE_PORT"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["SCAIDRIVE_LOG_LEVEL"] = "warning";
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
