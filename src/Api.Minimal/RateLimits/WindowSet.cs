using System.Collections.Concurrent;

namespace ScaiDrive.Api.Minimal.RateLimits;

/// <summary>The windows of all tokens, or users, or tenants: as many as are in use, and never more than a bound.</summary>
internal sealed class WindowSet(int most)
{
    private readonly ConcurrentDictionary<string, SlidingWindow> _windows = new(StringComparer.Ordinal);
    private long _sweptAt;

    internal int Count => _windows.Count;

    /// <summary>Null when there is no room: nobody is refused for that, the wider window still counts them.</summary>
    internal SlidingWindow? Find(string key, long second)
    {
        Sweep(second);
        while (true)
        {
            if (!_windows.TryGetValue(key, out var window))
            {
                if (_windows.Count >= most)
                    return null;
                window = _windows.GetOrAdd(key, _ => new SlidingWindow());
            }

            if (!window.IsRetired)
                return window;
            _windows.TryRemove(new(key, window));
        }
    }

    /// <summary>Once a minute, by whoever comes first: windows in which nothing is left go away.</summary>
    private void Sweep(long second)
    {
        var last = Volatile.Read(ref _sweptAt);
        if (second - last < SlidingWindow.Seconds || Interlocked.CompareExchange(ref _sweptAt, second, last) != last)
            return;
        foreach (var (key, window) in _windows)
        {
            if (window.TryRetire(second))
                _windows.TryRemove(new(key, window));
        }
    }
}
