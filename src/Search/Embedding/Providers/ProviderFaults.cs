using System.Net;
using System.Net.Sockets;
using ScaiDrive.Search.Embedding.Local;

namespace ScaiDrive.Search.Embedding.Providers;

/// <summary>Tells an outage from a fault that would come again with every attempt.</summary>
internal static class ProviderFaults
{
    /// <summary>Whether an embedding that failed like this may succeed later, unchanged. The caller has ruled out that it was cancelled.</summary>
    internal static bool MayPass(Exception fault) => fault switch
    {
        HttpRequestException http => http.StatusCode is null or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            or >= HttpStatusCode.InternalServerError,
        SocketException or TimeoutException or OperationCanceledException => true,
        HttpIOException => true,
        IOException { InnerException: SocketException } => true,
        _ => false,
    };

    /// <summary>Whether a provider that could not be opened like this may open later: files that are missing, locked or being installed.</summary>
    internal static bool MayPassOnOpening(Exception fault) =>
        MayPass(fault) || fault is IOException or UnauthorizedAccessException or ModelFilesException;
}
