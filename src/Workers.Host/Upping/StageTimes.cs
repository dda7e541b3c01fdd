using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace ScaiDrive.Workers.Host.Upping;

/// <summary>Adds up what this process spends on each kind of job, from the queue's own histogram.</summary>
internal sealed class StageTimes : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<string, double> seconds = new();

    internal StageTimes()
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument is { Name: "scaidrive_queue_job_duration_seconds" })
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag is { Key: "task", Value: string task })
                    seconds.AddOrUpdate(task, value, (_, sum) => sum + value);
            }
        });
        listener.Start();
    }

    /// <summary>Kind of job to seconds of work; several run at a time, so the sum exceeds the time passed.</summary>
    internal IReadOnlyDictionary<string, double> Seconds =>
        seconds.OrderByDescending(pair => pair.Value).ToDictionary(pair => pair.Key.Replace('-', '_'), pair => Math.Round(pair.Value, 2));

    public void Dispose() => listener.Dispose();
}
