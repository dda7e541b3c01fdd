using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Index.Local;

/// <summary>
/// Lets queries that come at the same time go over the records together, so that memory is read once for all of them. A
/// query alone starts at once: nobody waits for company.
/// </summary>
/// <param name="atATime">Scans at the same time.</param>
/// <param name="together">Queries of one scan at most.</param>
/// <param name="scan">Answers queries of one model; each is told by <see cref="WaitingQuery.Answer"/>.</param>
internal sealed class SharedScans(int atATime, int together, Action<IReadOnlyList<WaitingQuery>> scan)
{
    private readonly object _gate = new();
    private readonly LinkedList<WaitingQuery> _waiting = [];
    private int _running;

    /// <summary>Answers a query.</summary>
    internal Task<Ranking> RunAsync(WaitingQuery query)
    {
        lock (_gate)
        {
            _waiting.AddLast(query);
            if (_running == atATime)
                return query.Answer.Task;
            _running++;
        }

        Schedule();
        return query.Answer.Task;
    }

    // Behind what the thread pool has to do already: requests that came with this one get here before the scan begins.
    private void Schedule() => ThreadPool.UnsafeQueueUserWorkItem(shared => shared.ScanNext(), this, preferLocal: false);

    private void ScanNext()
    {
        var queries = TakeWaiting();
        try
        {
            if (queries.Count > 0)
                scan(queries);
        }
        catch (Exception fault)
        {
            // Whoever asked is told; nobody waits for this thread.
            foreach (var query in queries)
                query.Answer.TrySetException(fault);
        }

        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                _running--;
                return;
            }
        }

        Schedule();
    }

    // The one that waits longest, and others of its model.
    private List<WaitingQuery> TakeWaiting()
    {
        var taken = new List<WaitingQuery>(together);
        lock (_gate)
        {
            for (var node = _waiting.First; node is not null && taken.Count < together;)
            {
                var (query, following) = (node.Value, node.Next);
                if (taken.Count == 0 || (query.Model == taken[0].Model && query.Unit.Length == taken[0].Unit.Length))
                {
                    taken.Add(query);
                    _waiting.Remove(node);
                }

                node = following;
            }
        }

        return taken;
    }
}

/// <summary>A query by meaning and who waits for its answer.</summary>
/// <param name="Request">Filters and part of the ranking.</param>
/// <param name="Model">The model of the query.</param>
/// <param name="Unit">The query, of length one.</param>
internal sealed record WaitingQuery(EngineRequest Request, string Model, float[] Unit)
{
    /// <summary>Whoever waits goes on elsewhere.</summary>
    internal TaskCompletionSource<Ranking> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
