namespace ScaiDrive.Drive.Sessions;

/// <summary>A browser that is signed in.</summary>
/// <param name="TenantId">Whose.</param>
/// <param name="Id"><c>ses_…</c>; no secret.</param>
/// <param name="UserId">Who signed in.</param>
/// <param name="Tokens">What stands for them at the identity provider.</param>
/// <param name="SeenAt">When it was last used, to the minute.</param>
public sealed record Session(string TenantId, string Id, string UserId, SessionTokens Tokens, DateTimeOffset SeenAt)
{
    /// <summary>Tells nothing about the tokens.</summary>
    public override string ToString() => Id;
}

/// <summary>Tokens of one sign-in.</summary>
/// <param name="Access">What requests are judged by.</param>
/// <param name="Refresh">What new tokens are fetched with, once; null: there will be none.</param>
/// <param name="AccessExpiresAt">Until when the access token is good.</param>
public sealed record SessionTokens(string Access, string? Refresh, DateTimeOffset AccessExpiresAt)
{
    /// <summary>Tells nothing.</summary>
    public override string ToString() => nameof(SessionTokens);
}

/// <summary>How long sessions last.</summary>
/// <param name="Idle">Without any request.</param>
/// <param name="Whole">From signing in, whatever happens.</param>
public sealed record SessionLife(TimeSpan Idle, TimeSpan Whole);
