using System.Diagnostics;
using System.Text.Json;

namespace ScaiDrive.Bench.Queue;

/// <summary>This program as one of the processes of a run: <c>child MODE SETTINGS</c>, the database in the environment.</summary>
internal static class ChildModes
{
    internal const string Name = "child";
    internal const string DatabaseVariable = "SCAIDRIVE_BENCH_DATABASE";

    internal static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken)
    {
        var database = Environment.GetEnvironmentVariable(DatabaseVariable)!;
        switch (args[0])
        {
            case "queue":
                await AnswerAsync(OwnQueueCells.RunAsync(Read<Cell>(args[1]), database, cancellationToken));
                return 0;
            case "quartz":
                await AnswerAsync(QuartzCells.RunAsync(Read<Cell>(args[1]), database, cancellationToken));
                return 0;
            case "worker":
                await TimedWorker.RunAsync(Read<TimedWorkerSettings>(args[1]), database, cancellationToken);
                return 0;
            default:
                return 2;
        }
    }

    internal static void Write<T>(T answer)
    {
        Console.WriteLine(JsonSerializer.Serialize(answer, JsonSerializerOptions.Web));
        Console.Out.Flush();
    }

    /// <summary>Adds jobs with calls one after the other; the first ones only warm up.</summary>
    /// <param name="cell">How many jobs, and how many of them do not count.</param>
    /// <param name="perCall">Jobs of one call.</param>
    /// <param name="call">Adds some jobs from a number on.</param>
    internal static async Task<CellResult> TimeEnqueueAsync(Cell cell, int perCall, Func<int, int, Task> call)
    {
        var (began, counted) = (0L, 0);
        for (var next = 0; next < cell.Jobs; next += perCall)
        {
            if (next >= cell.WarmUp && counted == 0)
                (began, counted) = (Stopwatch.GetTimestamp(), cell.Jobs - next);
            await call(next, Math.Min(perCall, cell.Jobs - next));
        }

        // With so few jobs that the warm-up takes them all there is nothing to tell.
        return counted > 0
            ? new CellResult(Stopwatch.GetElapsedTime(began).TotalSeconds, counted)
            : throw new InvalidOperationException($"{cell.Jobs} jobs are too few for calls of {perCall} after a warm-up of {cell.WarmUp}.");
    }

    private static T Read<T>(string settings) => JsonSerializer.Deserialize<T>(settings, JsonSerializerOptions.Web)!;

    // The parent closes our input when it wants no answer any more; also when it was killed.
    private static async Task AnswerAsync(Task<CellResult> work)
    {
        var abandoned = Task.Run(() => Console.In.ReadToEnd());
        if (await Task.WhenAny(work, abandoned) == abandoned)
            Environment.Exit(1);
        Write(await work);
    }
}
