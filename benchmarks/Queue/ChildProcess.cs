using System.Diagnostics;
using System.Text.Json;

namespace ScaiDrive.Bench.Queue;

/// <summary>A process of this run: ours in a child mode, or Node. It answers with lines of JSON, reads lines, and ends
/// when its input does, so that nothing outlives a run that was killed.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Process process;

    private ChildProcess(Process process) => this.process = process;

    internal int Id => process.Id;

    /// <summary>This program in a child mode, see <see cref="ChildModes"/>.</summary>
    internal static ChildProcess StartOwn(string mode, object settings, BenchDatabase database) =>
        Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "ScaiDrive.Bench.dll"), ChildModes.Name, mode, JsonSerializer.Serialize(settings, settings.GetType(), JsonSerializerOptions.Web)],
            (ChildModes.DatabaseVariable, database.ConnectionString));

    internal static ChildProcess Start(string program, IEnumerable<string> args, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new ChildProcess(Process.Start(start)!);
    }

    /// <summary>The next line it prints.</summary>
    internal async Task<T> ReadAsync<T>(CancellationToken cancellationToken)
    {
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new InvalidOperationException($"Process {process.Id} ({process.StartInfo.FileName}) ended without an answer; its error output says why.");
        return JsonSerializer.Deserialize<T>(line, JsonSerializerOptions.Web)!;
    }

    internal async Task<T> AskAsync<T>(string question, CancellationToken cancellationToken)
    {
        await process.StandardInput.WriteLineAsync(question.AsMemory(), cancellationToken);
        await process.StandardInput.FlushAsync(cancellationToken);
        return await ReadAsync<T>(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }

        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        process.Dispose();
    }
}
