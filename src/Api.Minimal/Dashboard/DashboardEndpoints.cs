using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ScaiDrive.Api.Minimal.Envelope;
using ScaiDrive.Api.Minimal.Identity;
using ScaiDrive.Api.Minimal.Identity.SigningIn;
using ScaiDrive.Api.Minimal.Identity.Tokens;
using ScaiDrive.Api.Minimal.Jobs;
using ScaiDrive.Api.Minimal.Metrics;
using ScaiDrive.Api.Minimal.RateLimits;
using ScaiDrive.Drive;
using ScaiDrive.Queue;

namespace ScaiDrive.Api.Minimal.Dashboard;

/// <summary>The first page, its live stream, its one button, its assets.</summary>
internal static class DashboardEndpoints
{
    // Everything the page loads comes from this server; nothing stands inline, so nothing injected could run.
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    extension(IEndpointRouteBuilder routes)
    {
        internal void MapDashboard()
        {
            routes.MapGet("/", PageAsync).RequireScope(Scope.FilesRead).Costs(RequestClass.Semantic).ExcludeFromDescription();
            routes.MapGet("/events", Events).RequireScope(Scope.TenantAdmin).ExcludeFromDescription().WithMetadata(new LongLivedAttribute());
            routes.MapPost("/jobs/{id:long}/retry", RetryAsync).RequireScope(Scope.TenantAdmin).ExcludeFromDescription();
            routes.MapGet("/assets/{hash}/{name}", (string hash, string name, HttpContext context, DashboardAssets assets) => assets.Serve(hash, name, context)).OpenToAll().ExcludeFromDescription();
        }
    }

    internal static async Task<RazorComponentResult<DashboardPage>> PageAsync(
        string? q, string? mode, string? offset, HttpContext context, Caller caller, FleetStateReader states, PageSearch search,
        DashboardAssets assets, ApiOptions options, CancellationToken cancellationToken)
    {
        // What waits and fails is for those who administer the tenant; everybody may search.
        var state = caller.IsAdmin ? await states.ReadAsync(FleetView.Of(caller), cancellationToken) : null;
        // A page answers a mistyped address too, so its parameters are forgiving where the API's are strict.
        var from = int.TryParse(offset, out var given) ? Math.Clamp(given, 0, PageSearch.MaxOffset) : 0;
        var results = string.IsNullOrWhiteSpace(q) ? null : await search.FindAsync(caller, q.Trim(), SearchModes.Known(mode), from, cancellationToken);
        context.Response.Headers.ContentSecurityPolicy = PagePolicy;
        // Without any referrer browsers would send the page's own forms with "Origin: null", like those of a stranger.
        context.Response.Headers["Referrer-Policy"] = "same-origin";
        context.Response.Headers.CacheControl = "no-store";
        return new RazorComponentResult<DashboardPage>(new
        {
            State = state,
            Search = results,
            options.Version,
            Files = assets,
            Who = context.Features.Get<AccessToken>() is { User: var user } ? new Visitor(user.Name ?? user.Email ?? user.UserId, user.TenantId) : null,
        });
    }

    internal static ServerSentEventsResult<string> Events(
        HttpContext context, Caller caller, DashboardFeeds feeds, IHostApplicationLifetime lifetime, CancellationToken cancellationToken)
    {
        context.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(PanelsAsync(context, feeds.For(FleetView.Of(caller)), lifetime, cancellationToken));
    }

    /// <summary>The page's button. A browser can only reach this from the page itself: <see cref="CrossSite"/> tells other origins.</summary>
    internal static async Task<Results<SeeOther, ErrorResult>> RetryAsync(long id, Caller caller, JobControl jobs, CancellationToken cancellationToken) =>
        await JobEndpoints.TryRetryAsync(id, caller, jobs, cancellationToken) is { } error
            ? new ErrorResult(error)
            : new SeeOther("/");

    private static async IAsyncEnumerable<SseItem<string>> PanelsAsync(
        HttpContext context, DashboardFeed feed, IHostApplicationLifetime lifetime, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // An open page must not hold up the end of the process, nor show anything to who is signed out.
        await using var watch = new StreamWatch(context.RequestServices.GetService<StreamGuard>(), context, lifetime.ApplicationStopping, cancellationToken);
        var either = watch.Token;
        await using var panels = feed.WatchAsync(either).GetAsyncEnumerator(either);
        while (true)
        {
            try
            {
                if (!await panels.MoveNextAsync())
                    yield break;
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
                yield break;
            }

            yield return panels.Current.Id.Length == 0
                ? new SseItem<string>("", "alive")
                : new SseItem<string>(panels.Current.Html, "panel") { ReconnectionInterval = TimeSpan.FromSeconds(2) };
        }
    }
}

/// <summary>After a form post: load the page anew, with GET.</summary>
internal sealed class SeeOther(string location) : IResult
{
    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = location;
        return Task.CompletedTask;
    }
}
