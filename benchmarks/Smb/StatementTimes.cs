using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace ScaiDrive.Bench.Smb;

/// <summary>Adds up how long the database took for each statement, from the client's side: what to look at first when a pass is slow.</summary>
internal sealed class StatementTimes : IDisposable
{
    private const int Shown = 25, Width = 110;
    private readonly ConcurrentDictionary<string, (long Count, TimeSpan Time)> times = new();
    private readonly ActivityListener listener;

    internal StatementTimes()
    {
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                var statement = activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement") ?? activity.DisplayName;
                var text = string.Join(' ', $"{statement}".Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
                times.AddOrUpdate(
                    text[..Math.Min(Width, text.Length)],
                    _ => (1, activity.Duration),
                    (_, sum) => (sum.Count + 1, sum.Time + activity.Duration));
            },
        };
        ActivitySource.AddActivityListener(listener);
    }

    internal void Print()
    {
        foreach (var (statement, (count, time)) in times.OrderByDescending(each => each.Value.Time).Take(Shown))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds,9:N0} ms {count,8:N0} x  {statement}"));
        times.Clear();
    }

    public void Dispose() => listener.Dispose();
}
