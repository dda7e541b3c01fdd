namespace ScaiDrive.Api.Minimal.Envelope;

/// <summary>The stable codes of <c>error.code</c> that this room gives; Drive and Search add their own.</summary>
internal static class ErrorCodes
{
    internal const string BadRequest = "BAD_REQUEST";
    internal const string Validation = "VALIDATION_ERROR";
    internal const string NotFound = "NOT_FOUND";
    internal const string MethodNotAllowed = "METHOD_NOT_ALLOWED";
    internal const string UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE";
    internal const string PayloadTooLarge = "PAYLOAD_TOO_LARGE";
    internal const string RangeNotSatisfiable = "RANGE_NOT_SATISFIABLE";
    internal const string PreconditionFailed = "PRECONDITION_FAILED";
    internal const string NameConflict = "NAME_CONFLICT";
    internal const string Conflict = "CONFLICT";
    internal const string Gone = "GONE";
    internal const string StorageFull = "STORAGE_FULL";
    internal const string ServiceUnavailable = "SERVICE_UNAVAILABLE";
    internal const string Timeout = "TIMEOUT";
    internal const string Internal = "INTERNAL_ERROR";

    /// <summary>A server that this one depends on does not answer; <c>details.dependency</c> names it.</summary>
    internal const string UpstreamUnavailable = "UPSTREAM_UNAVAILABLE";

    /// <summary>The caller asked for too much in a minute.</summary>
    internal const string RateLimited = "RATE_LIMITED";

    /// <summary>The access token is missing or not valid; why stands in the log only.</summary>
    internal const string TokenInvalid = "AUTH_TOKEN_INVALID";

    /// <summary>An event is not ScaiKey's, or not of now.</summary>
    internal const string SignatureInvalid = "AUTH_SIGNATURE_INVALID";

    /// <summary>An event of ScaiKey that means nothing here.</summary>
    internal const string UnsupportedEvent = "UNSUPPORTED_EVENT";

    /// <summary>The token is good, the user is suspended or deactivated.</summary>
    internal const string UserSuspended = "AUTHZ_USER_SUSPENDED";

    /// <summary>The token is good and does not allow this.</summary>
    internal const string ScopeInsufficient = "AUTHZ_SCOPE_INSUFFICIENT";

    /// <summary>The caller is known and may not do this.</summary>
    internal const string PermissionDenied = "AUTHZ_PERMISSION_DENIED";

    /// <summary>The caller is not on this machine, or a proxy passed the request on.</summary>
    internal const string NotLocal = "AUTHZ_NOT_LOCAL";

    /// <summary>The Host header names something else than this machine.</summary>
    internal const string HostNotAllowed = "AUTHZ_HOST_NOT_ALLOWED";

    /// <summary>A web page of another origin made the browser send this.</summary>
    internal const string CrossSite = "AUTHZ_CROSS_SITE";
}
