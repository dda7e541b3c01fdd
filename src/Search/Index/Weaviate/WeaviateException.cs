using System.Net;

namespace ScaiDrive.Search.Index.Weaviate;

/// <summary>The server did not do what it was asked.</summary>
internal sealed class WeaviateException : Exception
{
    internal WeaviateException(string message, HttpStatusCode? status = null, Exception? inner = null)
        : base(message, inner) => Status = status;

    /// <summary>Its answer; null when there was none, or when it answered 200 with errors in the body.</summary>
    internal HttpStatusCode? Status { get; }

    /// <summary>Whether the server was not there at all, or too busy: asking again at once would only cost time.</summary>
    internal bool IsOutage { get; init; }
}
