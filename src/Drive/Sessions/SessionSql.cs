namespace ScaiDrive.Drive.Sessions;

/// <summary>Every statement on sessions. Columns are described in <c>Migrations/</c>. Times come from the caller: a session's life is judged by one clock.</summary>
internal static class SessionSql
{
    internal const string Insert = """
        INSERT INTO sessions (tenant_id, id, secret_sha256, user_id, access_token, refresh_token, access_expires_at, created_at, seen_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9);
        """;

    // Before anybody is known, so by the secret alone: 256 random bits that the server made.
    internal const string Find = """
        SELECT tenant_id, id, user_id, access_token, refresh_token, access_expires_at, seen_at
        FROM sessions
        WHERE secret_sha256 = $1 AND expires_at > $2 AND seen_at > $3;
        """;

    internal const string Exists = """
        SELECT 1 FROM sessions WHERE tenant_id = $1 AND id = $2 AND expires_at > $3;
        """;

    internal const string Touch = """
        UPDATE sessions SET seen_at = $3 WHERE tenant_id = $1 AND id = $2 AND seen_at < $3;
        """;

    // One at a time. Whoever dies over it is waited for until the time it set itself.
    internal const string BeginRenewal = """
        UPDATE sessions SET renewing_until = $4
        WHERE tenant_id = $1 AND id = $2 AND refresh_token IS NOT NULL AND (renewing_until IS NULL OR renewing_until < $3)
        RETURNING access_token, refresh_token, access_expires_at;
        """;

    internal const string CompleteRenewal = """
        UPDATE sessions SET access_token = $3, refresh_token = $4, access_expires_at = $5, renewing_until = NULL
        WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string AbandonRenewal = """
        UPDATE sessions SET renewing_until = NULL WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string Delete = """
        DELETE FROM sessions WHERE tenant_id = $1 AND id = $2;
        """;

    // In small steps, by those who sign in: nobody else needs the room that they leave.
    internal const string Prune = """
        DELETE FROM sessions WHERE (tenant_id, id) IN (
            SELECT tenant_id, id FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED);
        """;
}
