using System.Diagnostics.CodeAnalysis;

namespace ScaiDrive.Queue.Running;

/// <summary>Wakes one waiting loop. Signals that come while it works are remembered as one.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A SemaphoreSlim whose wait handle is never asked for holds nothing to release.")]
internal sealed class Signal(TimeProvider time)
{
    private readonly SemaphoreSlim raised = new(0, 1);
    private readonly Lock gate = new();

    internal void Set()
    {
        lock (gate)
        {
            if (raised.CurrentCount == 0)
                raised.Release();
        }
    }

    /// <summary>Returns when signalled, or after the pause.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    internal async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var pause = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, cancellationToken);
        try
        {
            await raised.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The pause ended.
        }
    }
}
