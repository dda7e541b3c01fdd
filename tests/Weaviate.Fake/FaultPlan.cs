using Microsoft.AspNetCore.Http;
using ScaiDrive.Tests.Weaviate.Http;

namespace ScaiDrive.Tests.Weaviate;

/// <summary>What goes wrong, and where.</summary>
public sealed class FaultPlan
{
    private readonly Lock _lock = new();
    private readonly List<Fault> _faults = [];

    /// <summary>Connections are cut without an answer.</summary>
    public bool IsDown { get; set; }

    /// <summary>Objects that a batch refuses, by their JSON; the others of the batch are taken.</summary>
    public Func<string, bool>? RefusesObject { get; set; }

    /// <summary>Held back until it completes: a server that is slow.</summary>
    public TaskCompletionSource? Hold { get; set; }

    /// <summary>The next so many requests whose path contains a text are answered with a status.</summary>
    public void Answer(string path, int status, int times = 1, int? retryAfterSeconds = null)
    {
        lock (_lock)
            _faults.Add(new(path, status, retryAfterSeconds) { Left = times });
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

        if (Take(context.Request.Path + context.Request.QueryString) is not { } fault)
            return false;
        if (fault.RetryAfterSeconds is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await Answers.ErrorAsync(context, fault.Status, "a fault as planned");
        return true;
    }

    private Fault? Take(string path)
    {
        lock (_lock)
        {
            var fault = _faults.FirstOrDefault(one => one.Left > 0 && path.Contains(one.Path, StringComparison.Ordinal));
            if (fault is not null)
                fault.Left--;
            return fault;
        }
    }

    private sealed record Fault(string Path, int Status, int? RetryAfterSeconds)
    {
        internal int Left { get; set; }
    }
}

/// <summary>What was asked.</summary>
public sealed class RequestJournal
{
    private readonly Lock _lock = new();
    private readonly List<string> _requests = [];

    public int Count(string text)
    {
        lock (_lock)
            return _requests.Count(request => request.Contains(text, StringComparison.Ordinal));
    }

    public void Clear()
    {
        lock (_lock)
            _requests.Clear();
    }

    internal void Add(string request)
    {
        lock (_lock)
            _requests.Add(request);
    }
}
