using ScaiDrive.Search.Query;

namespace ScaiDrive.Search.Embedding.Providers;

/// <summary>Remembers that a provider fails, so that not everybody waits for the same silence: for a moment all get the fault of the
/// last attempt, then one is let through to see.</summary>
/// <param name="isShut">Whether it keeps anybody out; without, it only remembers since when.</param>
/// <param name="time">The clock.</param>
internal sealed class ProviderGate(bool isShut, TimeProvider time)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private EmbeddingUnavailableException? _fault;
    private DateTimeOffset _since;
    private DateTimeOffset _shutUntil;
    private bool _isLooking;

    /// <summary>Whether the last request failed.</summary>
    internal bool IsFailing
    {
        get
        {
            lock (_gate)
                return _fault is not null;
        }
    }

    /// <summary>Comes before a request.</summary>
    /// <exception cref="EmbeddingUnavailableException">It failed a moment ago, or somebody else is looking right now.</exception>
    internal void Enter()
    {
        lock (_gate)
        {
            if (!isShut || _fault is null)
                return;
            // The one who looks keeps the others out until it is back: a provider that hangs holds one of them, not all.
            if (_isLooking || time.GetUtcNow() < _shutUntil)
                throw Aged(_fault);
            _isLooking = true;
        }
    }

    /// <summary>A request was answered.</summary>
    internal void Succeeded()
    {
        lock (_gate)
            (_fault, _isLooking) = (null, false);
    }

    /// <summary>A request ended without telling anything: its caller left.</summary>
    internal void Left()
    {
        lock (_gate)
            _isLooking = false;
    }

    /// <summary>A request failed. Only what concerns all requests shuts the gate: neither a text that was refused nor a limit of the rate.</summary>
    /// <returns>The fault, with the time since when it is so.</returns>
    internal EmbeddingUnavailableException Failed(EmbeddingUnavailableException fault)
    {
        if (fault.Kind is EmbeddingFaultKind.Text or EmbeddingFaultKind.Throttled)
        {
            Succeeded();
            return fault;
        }

        lock (_gate)
        {
            _isLooking = false;
            var now = time.GetUtcNow();
            if (_fault is null)
                _since = now;
            _fault = fault;
            _shutUntil = now + TimeSpan.FromTicks(Math.Clamp((now - _since).Ticks / 2, Shortest.Ticks, Longest.Ticks));
            return Aged(fault);
        }
    }

    // Anew for each: an exception that is thrown twice loses where it came from.
    private EmbeddingUnavailableException Aged(EmbeddingUnavailableException fault) =>
        new(fault.ProviderId, fault.Code, fault.Message, fault.InnerException ?? fault)
        {
            Kind = fault.Kind,
            RetryAfter = fault.RetryAfter,
            FailingFor = time.GetUtcNow() - _since,
        };
}
