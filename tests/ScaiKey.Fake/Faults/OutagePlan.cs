using Microsoft.AspNetCore.Http;

namespace ScaiDrive.Tests.ScaiKey.Faults;

/// <summary>What goes wrong, and where.</summary>
public sealed class OutagePlan
{
    private readonly Lock _lock = new();
    private readonly List<PlannedAnswer> _answers = [];

    /// <summary>Connections are cut without an answer.</summary>
    public bool IsDown { get; set; }

    /// <summary>Held back until it completes: a provider that is slow.</summary>
    public TaskCompletionSource? Hold { get; set; }

    /// <summary>The next so many requests whose path contains a text are answered with a status and a page that is no JSON.</summary>
    public void Answer(string path, int status, int times = 1)
    {
        lock (_lock)
            _answers.Add(new(path, status) { Left = times });
    }

    internal async Task<bool> StrikeAsync(HttpContext context)
    {
        if (Hold is { } hold)
            await hold.Task.WaitAsync(context.RequestAborted);
        if (IsDown)
        {
            context.Abort();
            return true;
        }

        if (Take(context.Request.Path) is not { } planned)
            return false;
        context.Response.StatusCode = planned.Status;
        await context.Response.WriteAsync("<html><body>a fault as planned</body></html>");
        return true;
    }

    private PlannedAnswer? Take(string path)
    {
        lock (_lock)
        {
            var planned = _answers.FirstOrDefault(one => one.Left > 0 && path.Contains(one.Path, StringComparison.Ordinal));
            if (planned is not null)
                planned.Left--;
            return planned;
        }
    }

    private sealed record PlannedAnswer(string Path, int Status)
    {
        internal int Left { get; set; }
    }
}

/// <summary>How often each path was asked for, struck by a fault or not.</summary>
public sealed class FetchCounters
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, int> _counts = new();

    public int Discovery => Of("/.well-known/openid-configuration");

    public int Keys => Of("/.well-known/jwks.json");

    public int Tokens => Of("/token");

    public int Of(string path) => _counts.GetValueOrDefault(path);

    internal void Add(string path) => _counts.AddOrUpdate(path, 1, (_, count) => count + 1);
}
