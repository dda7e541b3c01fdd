namespace ScaiDrive.Drive;

/// <summary>Every statement on groups, on what sources say about reading, and on whom they mean. Columns are described in <c>Migrations/</c>.</summary>
internal static class PermissionSql
{
    // UNION takes each group once, so groups that contain each other end it.
    internal const string MemberOf = """
        WITH RECURSIVE member_of (id) AS (
            SELECT group_id FROM group_members WHERE tenant_id = $1 AND member_type = 'user' AND member_id = $2
            UNION
            SELECT m.group_id
            FROM member_of o
            JOIN group_members m ON m.tenant_id = $1 AND m.member_type = 'group' AND m.member_id = o.id
        )
        """;

    internal const string Version = "SELECT coalesce((SELECT version FROM permission_versions WHERE tenant_id = $1), 0);";

    internal const string Acls = "SELECT id, source_id, entries FROM source_acls WHERE tenant_id = $1;";

    internal const string ShareAcls = "SELECT source_id, entries FROM source_share_acls WHERE tenant_id = $1;";

    // Who was mapped to a user or group that is gone is mapped to nobody known: a denial of them keeps everybody out again.
    private const string IsThere = """
        CASE t.principal_type
            WHEN 'user' THEN EXISTS (SELECT FROM users u WHERE u.tenant_id = $1 AND u.id = t.principal_id)
            WHEN 'group' THEN EXISTS (SELECT FROM groups g WHERE g.tenant_id = $1 AND g.id = t.principal_id)
            ELSE true END
        """;

    internal const string KnownTrustees = $"""
        SELECT t.source_id, t.trustee FROM source_trustees t WHERE t.tenant_id = $1 AND {IsThere};
        """;

    internal const string TrusteesOf = $"""
        {MemberOf}
        SELECT source_id, trustee
        FROM source_trustees
        WHERE tenant_id = $1 AND (
            principal_type = 'everyone'
            OR (principal_type = 'user' AND principal_id = $2)
            OR (principal_type = 'group' AND principal_id IN (SELECT id FROM member_of)));
        """;

    // Looked for first: a conflict draws a number from the sequence all the same.
    internal const string Intern = """
        INSERT INTO source_acls (tenant_id, source_id, hash, entries)
        SELECT $1, $2, $3, $4
        WHERE NOT EXISTS (SELECT FROM source_acls WHERE tenant_id = $1 AND source_id = $2 AND hash = $3)
        ON CONFLICT (tenant_id, source_id, hash) DO NOTHING;
        """;

    // Shared by those who use lists again, alone for who removes them.
    internal const string LockAclsShared = "SELECT pg_advisory_xact_lock_shared(hashtextextended('source_acls/' || $1, 0));";

    internal const string LockAcls = "SELECT pg_advisory_xact_lock(hashtextextended('source_acls/' || $1, 0));";

    internal const string UseAgain = """
        DELETE FROM unused_source_acls u
        USING source_acls a
        WHERE a.tenant_id = $1 AND a.source_id = $2 AND a.hash = ANY ($3) AND u.tenant_id = $1 AND u.id = a.id;
        """;

    // One look at all files, deleted ones included: they may come back.
    internal const string MarkUnused = """
        WITH used AS MATERIALIZED (
            SELECT DISTINCT source_acl_id AS id FROM items WHERE tenant_id = $1 AND source_acl_id IS NOT NULL
        ), used_again AS (
            DELETE FROM unused_source_acls u USING used WHERE u.tenant_id = $1 AND u.id = used.id
        )
        INSERT INTO unused_source_acls (tenant_id, id)
        SELECT $1, a.id
        FROM source_acls a
        WHERE a.tenant_id = $1 AND NOT EXISTS (SELECT FROM used WHERE used.id = a.id)
        ON CONFLICT (tenant_id, id) DO NOTHING;
        """;

    internal const string RemoveUnused = """
        WITH gone AS (
            DELETE FROM unused_source_acls
            WHERE tenant_id = $1 AND id IN (
                SELECT id FROM unused_source_acls WHERE tenant_id = $1 AND unused_since < now() - $2 ORDER BY unused_since LIMIT $3)
            RETURNING id
        )
        DELETE FROM source_acls a USING gone WHERE a.tenant_id = $1 AND a.id = gone.id;
        """;

    internal const string IdsOfHashes = "SELECT hash, id FROM source_acls WHERE tenant_id = $1 AND source_id = $2 AND hash = ANY ($3);";

    internal const string SetShareAcl = """
        INSERT INTO source_share_acls AS s (tenant_id, source_id, entries) VALUES ($1, $2, $3)
        ON CONFLICT (tenant_id, source_id) DO UPDATE SET entries = EXCLUDED.entries WHERE s.entries <> EXCLUDED.entries;
        """;

    internal const string DeleteShareAcl = "DELETE FROM source_share_acls WHERE tenant_id = $1 AND source_id = $2;";

    internal const string DeleteTrustees = """
        DELETE FROM source_trustees WHERE tenant_id = $1 AND source_id = $2 AND trustee <> ALL ($3);
        """;

    internal const string SetTrustees = """
        INSERT INTO source_trustees AS t (tenant_id, source_id, trustee, principal_type, principal_id)
        SELECT $1, $2, n.* FROM unnest($3::text[], $4::text[], $5::text[]) AS n (trustee, principal_type, principal_id)
        ON CONFLICT (tenant_id, source_id, trustee) DO UPDATE
        SET principal_type = EXCLUDED.principal_type, principal_id = EXCLUDED.principal_id
        WHERE (t.principal_type, t.principal_id) IS DISTINCT FROM (EXCLUDED.principal_type, EXCLUDED.principal_id);
        """;

    // What share and files of a source name, but for those that are mapped.
    internal const string Unmapped = $"""
        WITH named AS (
            SELECT substr(e.entry, 2) AS trustee, a.id, bool_or(e.entry LIKE '-%') AS denies
            FROM (
                SELECT id, entries FROM source_acls WHERE tenant_id = $1 AND source_id = $2
                UNION ALL
                SELECT 0, entries FROM source_share_acls WHERE tenant_id = $1 AND source_id = $2
            ) a
            CROSS JOIN LATERAL unnest(a.entries) AS e (entry)
            GROUP BY 1, 2
        )
        SELECT n.trustee, count(*), count(*) FILTER (WHERE n.denies)
        FROM named n
        WHERE n.trustee <> '*' AND n.trustee > $3
          AND NOT EXISTS (SELECT FROM source_trustees t WHERE t.tenant_id = $1 AND t.source_id = $2 AND t.trustee = n.trustee AND {IsThere})
        GROUP BY n.trustee
        ORDER BY n.trustee
        LIMIT $4;
        """;

    internal const string FindAcl = "SELECT id, source_id, entries FROM source_acls WHERE tenant_id = $1 AND id = $2;";

    internal const string FindUsers = """
        SELECT id, email, display_name FROM users WHERE tenant_id = $1 AND (id = ANY ($2) OR lower(email) = ANY ($2));
        """;

    internal const string ListUsers = """
        SELECT id, email, display_name
        FROM users
        WHERE tenant_id = $1 AND id > $2 AND is_active AND status = 'active'
        ORDER BY id
        LIMIT $3;
        """;

    internal const string InsertGroup = """
        INSERT INTO groups (tenant_id, id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;
        """;

    internal const string RenameGroup = """
        UPDATE groups g SET name = $3
        WHERE tenant_id = $1 AND id = $2
          AND NOT EXISTS (SELECT FROM groups o WHERE o.tenant_id = $1 AND o.id <> $2 AND lower(o.name) = lower($3));
        """;

    internal const string DeleteMemberships = "DELETE FROM group_members WHERE tenant_id = $1 AND member_type = 'group' AND member_id = $2;";

    internal const string DeleteGroup = "DELETE FROM groups WHERE tenant_id = $1 AND id = $2;";

    internal const string FindGroup = "SELECT id, name FROM groups WHERE tenant_id = $1 AND id = $2;";

    internal const string FindGroups = "SELECT id, name FROM groups WHERE tenant_id = $1 AND id = ANY ($2);";

    internal const string ListGroups = "SELECT id, name FROM groups WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3;";

    // Only of the same tenant, and only what is there.
    internal const string AddMember = """
        INSERT INTO group_members (tenant_id, group_id, member_type, member_id)
        SELECT $1, g.id, $3, $4
        FROM groups g
        WHERE g.tenant_id = $1 AND g.id = $2
          AND CASE $3 WHEN 'user' THEN EXISTS (SELECT FROM users u WHERE u.tenant_id = $1 AND u.id = $4)
                      ELSE EXISTS (SELECT FROM groups m WHERE m.tenant_id = $1 AND m.id = $4) END
        ON CONFLICT ON CONSTRAINT group_members_pkey DO UPDATE SET member_id = EXCLUDED.member_id;
        """;

    internal const string RemoveMember = """
        DELETE FROM group_members WHERE tenant_id = $1 AND group_id = $2 AND member_type = $3 AND member_id = $4;
        """;

    internal const string Members = """
        SELECT DISTINCT member_type, member_id FROM group_members WHERE tenant_id = $1 AND group_id = $2 ORDER BY member_type, member_id;
        """;

    internal const string GroupsOf = $"""
        {MemberOf}
        SELECT id FROM member_of ORDER BY id;
        """;
}
