namespace ScaiDrive.Search.Embedding.Local;

/// <summary>Work in parts that may run at the same time.</summary>
internal interface IEncodingWork
{
    /// <summary>Someone waits for it, and it is soon done: it goes before work that is not.</summary>
    bool IsShort { get; }

    /// <summary>Takes the next part. Never called by two threads at once, nor after the last part.</summary>
    Action Take(out bool isLast);
}

/// <summary>The threads that encode: a fixed number for any work, and one more for short work alone.</summary>
/// <remarks>
/// Not those of the thread pool: encoding occupies a processor for as long as there is text, and heartbeats, answers of the
/// database and web requests would wait behind it. Short work goes first and waits for no long work; long works
/// take turns, part by part. Long work runs below normal priority where the system has such a thing for threads.
/// </remarks>
internal sealed class EncodingThreads(int count) : IDisposable
{
    private readonly object _gate = new();
    private readonly Queue<Request> _short = new();
    private readonly Queue<Request> _long = new();
    private bool _isStarted;
    private bool _isStopping;

    /// <summary>Ends when every part has run, or with the first fault of one.</summary>
    internal async Task RunAsync(IEncodingWork work, CancellationToken cancellationToken)
    {
        var request = new Request(work);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isStopping, this);
            Start();
            (work.IsShort ? _short : _long).Enqueue(request);
            Monitor.PulseAll(_gate);
        }

        await using var cancelled = cancellationToken.UnsafeRegister(_ => request.End.TrySetCanceled(cancellationToken), null);
        await request.End.Task;
    }

    /// <summary>Refuses what waits and lets the threads end after the part each is at.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
            foreach (var request in _short.Concat(_long))
                request.End.TrySetException(new ObjectDisposedException(nameof(EncodingThreads)));
            Monitor.PulseAll(_gate);
        }
    }

    private void Start()
    {
        if (_isStarted)
            return;
        _isStarted = true;
        for (var i = 0; i < count; i++)
            new Thread(() => Encode(onlyShort: false)) { IsBackground = true, Name = $"encoding {i + 1}" }.UnsafeStart();
        new Thread(() => Encode(onlyShort: true)) { IsBackground = true, Name = "encoding queries" }.UnsafeStart();
    }

    private void Encode(bool onlyShort)
    {
        while (Next(onlyShort) is var (request, part))
        {
            Thread.CurrentThread.Priority = request.Work.IsShort ? ThreadPriority.Normal : ThreadPriority.BelowNormal;
            try
            {
                part();
            }
            catch (Exception fault)
            {
                request.End.TrySetException(fault);
            }

            if (Interlocked.Decrement(ref request.Open) == 0)
                request.End.TrySetResult();
        }
    }

    private (Request Request, Action Part)? Next(bool onlyShort)
    {
        lock (_gate)
        {
            while (!_isStopping)
            {
                if (Take(_short) is { } urgent)
                    return urgent;
                if (!onlyShort && Take(_long) is { } next)
                    return next;
                Monitor.Wait(_gate);
            }

            return null;
        }
    }

    private static (Request Request, Action Part)? Take(Queue<Request> queue)
    {
        while (queue.TryDequeue(out var request))
        {
            if (request.End.Task.IsCompleted)
                continue;
            try
            {
                var part = request.Work.Take(out var isLast);
                // The count starts at one for what is not taken yet; the last part inherits it.
                if (!isLast)
                {
                    Interlocked.Increment(ref request.Open);
                    queue.Enqueue(request);
                }

                return (request, part);
            }
            catch (Exception fault)
            {
                request.End.TrySetException(fault);
            }
        }

        return null;
    }

    private sealed class Request(IEncodingWork work)
    {
        internal int Open = 1;

        internal IEncodingWork Work { get; } = work;

        internal TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
