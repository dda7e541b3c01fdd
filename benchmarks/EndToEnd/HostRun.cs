using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace ScaiDrive.Bench.EndToEnd;

/// <summary>One run of the product as its user starts it, <c>up --once</c>, in a process of its own.</summary>
/// <param name="Summary">Its last line.</param>
/// <param name="PeakBytes">Most resident memory by the kernel's own high-water mark: no sample can miss it.</param>
internal sealed record HostRun(JsonObject Summary, long PeakBytes)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    internal double Seconds => Summary["seconds"]!.GetValue<double>();

    /// <summary>Runs to the end; a cancelled run ends its process.</summary>
    internal static async Task<HostRun> OnceAsync(string folder, string data, CancellationToken cancellationToken)
    {
        var host = Path.Combine(AppContext.BaseDirectory, "ScaiDrive.Workers.Host.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [host, "up", folder, "--once", "--data", data, "--port", "0"])
        {
            RedirectStandardOutput = true,
            Environment = { ["SCAIDRIVE_LOG_LEVEL"] = "warning" },
        })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var peak = 0L;
            while (!process.HasExited)
            {
                peak = Math.Max(peak, HighWaterMark(process.Id));
                await Task.WhenAny(process.WaitForExitAsync(cancellationToken), Task.Delay(Interval, TimeProvider.System, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }
            return new(JsonNode.Parse((await output).Trim().Split('\n')[^1])!.AsObject(), peak);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static long HighWaterMark(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
