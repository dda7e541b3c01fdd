using System.Data.Common;
using Microsoft.AspNetCore.Http;
using ScaiDrive.Drive.Sessions;

namespace ScaiDrive.Api.Minimal.Identity.SigningIn;

/// <summary>An open stream is one request, judged once. This says when whoever watches is no longer let in.</summary>
internal sealed class StreamGuard(SessionStore sessions, TimeProvider time)
{
    /// <summary>A stream ends so soon after its session.</summary>
    internal static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    /// <summary>Who watches with a token of their own is asked for it again after so long.</summary>
    internal static readonly TimeSpan WithToken = TimeSpan.FromMinutes(1);

    internal async Task WaitUntilOverAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (context.Features.Get<Session>() is not { } session)
        {
            await Task.Delay(WithToken, time, cancellationToken);
            return;
        }

        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(cancellationToken) && await sessions.ExistsAsync(session, cancellationToken))
        {
        }
    }
}

/// <summary>One open stream: its token is cancelled when the client leaves, the process stops, or the watcher is no longer let in.</summary>
internal sealed class StreamWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _over;
    private readonly Task _guarding;

    /// <param name="guard">Null where nobody signs in.</param>
    /// <param name="context">The request.</param>
    /// <param name="stopping">The process stops.</param>
    /// <param name="leaving">The client leaves.</param>
    internal StreamWatch(StreamGuard? guard, HttpContext context, CancellationToken stopping, CancellationToken leaving)
    {
        _over = CancellationTokenSource.CreateLinkedTokenSource(stopping, leaving);
        _guarding = guard is null ? Task.CompletedTask : EndAsync(guard, context);
    }

    internal CancellationToken Token => _over.Token;

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _guarding;
        _over.Dispose();
    }

    private async Task EndAsync(StreamGuard guard, HttpContext context)
    {
        try
        {
            await guard.WaitUntilOverAsync(context, _over.Token);
        }
        catch (Exception fault) when (fault is OperationCanceledException or DbException or TimeoutException)
        {
            // Whoever cannot be told to be let in is not; their browser asks again.
        }

        await _over.CancelAsync();
    }
}
