using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ScaiDrive.Api.Minimal.Envelope;

/// <summary>Gives every failure its body: exceptions, and statuses that routing or the framework set without one
/// (unknown route, wrong method, wrong media type, unsatisfiable range).</summary>
internal sealed partial class ErrorBoundary(RequestDelegate next, ILogger<ErrorBoundary> log)
{
    // What nginx logs for the same thing; nobody receives it.
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (IsBareFailure(context.Response))
                await ErrorWriter.WriteAsync(context, ErrorTranslator.FromStatus(context));
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; whatever broke, broke because of that.
            if (!context.Response.HasStarted)
                context.Response.StatusCode = ClientClosedRequest;
        }
        catch (Exception fault) // the boundary of a request: everything must end here, in one shape
        {
            var error = ErrorTranslator.FromException(context, fault);
            if (error.Status == StatusCodes.Status500InternalServerError)
                LogUnexpected(fault, context.TraceIdentifier);
            else if (error.Status > StatusCodes.Status500InternalServerError)
                LogUnavailable(error.Code, context.TraceIdentifier, fault.Message);

            if (context.Response.HasStarted)
            {
                // Half an answer is out already. Cutting the connection is the only way to say that it is not whole.
                context.Abort();
                return;
            }

            context.Response.Clear();
            SecurityHeaders.Apply(context.Response);
            await ErrorWriter.WriteAsync(context, error);
        }
    }

    // An unsatisfiable range leaves the headers of the file behind, but none of its bytes.
    private static bool IsBareFailure(HttpResponse response) =>
        response is { HasStarted: false, StatusCode: >= 400, ContentLength: null or 0 }
        && (response.ContentType is null || response.StatusCode == StatusCodes.Status416RangeNotSatisfiable);

    [LoggerMessage(LogLevel.Error, "Request {RequestId} failed unexpectedly")]
    private partial void LogUnexpected(Exception fault, string requestId);

    [LoggerMessage(LogLevel.Warning, "Request {RequestId} answered {Code}: {Reason}", EventName = "Unavailable")]
    private partial void LogUnavailable(string code, string requestId, string reason);
}
