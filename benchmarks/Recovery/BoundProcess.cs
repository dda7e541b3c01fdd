using System.Collections.Concurrent;
using System.Diagnostics;

namespace ScaiDrive.Bench.Recovery;

/// <summary>Starts processes that the kernel kills when this one dies, by whatever cause.</summary>
internal static class BoundProcess
{
    private static readonly BlockingCollection<Action> Starts = [];

    static BoundProcess()
    {
        // The kernel ties its signal to the thread that started the child, and pool threads come and go.
        new Thread(() =>
        {
            foreach (var start in Starts.GetConsumingEnumerable())
                start();
        })
        { IsBackground = true, Name = "bound processes" }.Start();
    }

    internal static async Task<Process> StartAsync(IEnumerable<string> command, params IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", "--", .. command]);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Starts.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception fault)
            {
                started.SetException(fault);
            }
        });
        return await started.Task;
    }
}
