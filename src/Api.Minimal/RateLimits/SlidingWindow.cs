namespace ScaiDrive.Api.Minimal.RateLimits;

/// <summary>What somebody asked for in the last 60 seconds, second by second.</summary>
/// <remarks>61 slots: what was asked at the end of a second counts until the end of the same second a minute later, so that no 60 seconds, wherever they
/// begin, hold more than the limit.</remarks>
internal sealed class SlidingWindow
{
    internal const int Seconds = 60;
    private const int Slots = Seconds + 1;

    private readonly int[] _slots = new int[Slots];
    private long _newest;
    private int _sum;

    /// <summary>The second in which it was last asked for anything; guards nothing, for the sweep alone.</summary>
    internal long UsedAt => Volatile.Read(ref _newest);

    /// <summary>Taken out by the sweep: what is counted here any more is lost.</summary>
    internal bool IsRetired { get; private set; }

    /// <summary>Counts the cost if it still fits; else nothing is counted.</summary>
    internal WindowState Take(int cost, int limit, long second)
    {
        lock (_slots)
        {
            Advance(second);
            if ((long)_sum + cost > limit)
                return new(false, Math.Max(0, limit - _sum), FreeAt(_sum + cost - limit), ClearAt());
            _slots[_newest % Slots] += cost;
            _sum += cost;
            return new(true, limit - _sum, _newest, ClearAt());
        }
    }

    /// <summary>Takes back what was counted moments ago.</summary>
    internal void GiveBack(int cost)
    {
        lock (_slots)
        {
            ref var slot = ref _slots[_newest % Slots];
            var taken = Math.Min(slot, cost);
            slot -= taken;
            _sum -= taken;
        }
    }

    internal bool TryRetire(long second)
    {
        lock (_slots)
            return IsRetired = IsRetired || second - _newest >= Slots;
    }

    private void Advance(long second)
    {
        // A clock that goes back must not open the window again.
        for (var passed = Math.Min(second - _newest, Slots); passed > 0; passed--)
        {
            ref var slot = ref _slots[(second - passed + 1) % Slots];
            _sum -= slot;
            slot = 0;
        }

        if (second > _newest)
            Volatile.Write(ref _newest, second);
    }

    /// <summary>The second in which at least so much has left.</summary>
    private long FreeAt(int excess)
    {
        for (var second = _newest - Seconds; second <= _newest; second++)
        {
            if (second >= 0 && (excess -= _slots[second % Slots]) <= 0)
                return second + Slots;
        }

        return _newest + Slots; // the cost alone is above the limit
    }

    /// <summary>The second in which all has left.</summary>
    private long ClearAt()
    {
        for (var second = _newest; second > _newest - Slots && second >= 0; second--)
        {
            if (_slots[second % Slots] > 0)
                return second + Slots;
        }

        return _newest;
    }
}

/// <summary>How a window stands.</summary>
/// <param name="IsTaken">The cost fitted and is counted.</param>
/// <param name="Remaining">What still fits.</param>
/// <param name="FreeAt">The second from which the same cost would fit.</param>
/// <param name="ClearAt">The second from which the whole limit is there again.</param>
internal readonly record struct WindowState(bool IsTaken, int Remaining, long FreeAt, long ClearAt);
