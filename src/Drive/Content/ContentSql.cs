namespace ScaiDrive.Drive;

/// <summary>The statements by which writers of versions and the collector of chunks keep out of each other's way.</summary>
internal static class ContentSql
{
    // Held until commit by everyone who is about to refer to chunks.
    internal const string LockShared = """
        SELECT pg_advisory_xact_lock_shared(hashtextextended('drive.content/' || $1, 0));
        """;

    // Held by the collector while it removes a few chunks.
    internal const string LockExclusive = """
        SELECT pg_advisory_xact_lock(hashtextextended('drive.content/' || $1, 0));
        """;

    // New writers queue behind a waiting collector, so it must not wait long.
    internal const string WaitBriefly = """
        SET LOCAL lock_timeout = '200ms';
        """;

    internal const string Unreferenced = """
        SELECT h FROM unnest($2) AS h
        WHERE NOT EXISTS (SELECT FROM version_chunks c WHERE c.tenant_id = $1 AND c.chunk_hash = h);
        """;
}
