namespace ScaiDrive.Drive;

/// <summary>Statements on shares, their members and owners. Columns are described in <c>Migrations/</c>.</summary>
internal static class ShareSql
{
    // Whoever makes or changes something in the share holds this in shared mode, so nothing is made while it goes into the trash.
    internal const string LockTree = """
        SELECT pg_advisory_xact_lock(hashtextextended('drive.tree/' || $1 || '/' || $2, 0));
        """;

    internal const string Insert = """
        INSERT INTO shares (tenant_id, id, name, description, share_type, owner_id, quota_bytes, created_at, modified_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
        ON CONFLICT (tenant_id, name) WHERE share_type = 'central' AND NOT is_deleted DO NOTHING;
        """;

    internal const string Update = "UPDATE shares SET name = $3, description = $4, modified_at = $5 WHERE tenant_id = $1 AND id = $2;";

    internal const string Trash = "UPDATE shares SET is_deleted = true, modified_at = $3 WHERE tenant_id = $1 AND id = $2;";

    internal const string Give = "UPDATE shares SET owner_id = $3, modified_at = $4 WHERE tenant_id = $1 AND id = $2;";

    internal const string GiveItem = "UPDATE items SET owner_id = $3 WHERE tenant_id = $1 AND id = $2;";

    // Whom an id means in the tenant.
    internal const string PrincipalType = """
        SELECT 'user' FROM users WHERE tenant_id = $1 AND id = $2
        UNION ALL
        SELECT 'group' FROM groups WHERE tenant_id = $1 AND id = $2;
        """;

    // $2 the user, $3 whether they need no right, $4 whether those in the trash count. A list of the share may show it to somebody without a role;
    // whether something denies it is asked of AccessSql.RightsOf. The last columns: whether they own it, and the bits of their role.
    internal const string Visible = $"""
        {AccessSql.Principals}, mine AS (
            SELECT m.share_id, bit_or({AccessSql.RoleBits}) AS rights FROM share_members m {AccessSql.Member} GROUP BY m.share_id
        )
        SELECT s.id, s.tenant_id, s.name, s.description, s.share_type, s.owner_id, s.is_public, s.is_deleted, s.quota_bytes, s.created_at, s.modified_at,
               {AccessSql.Owns}, coalesce(m.rights, 0) | CASE WHEN s.is_public THEN 1 ELSE 0 END
        FROM shares s
        LEFT JOIN mine m ON m.share_id = s.id
        WHERE s.tenant_id = $1 AND ($4 OR NOT s.is_deleted)
          AND ($3 OR s.is_public OR {AccessSql.Owns} OR m.share_id IS NOT NULL
               OR EXISTS (SELECT FROM acl_entries e JOIN principals p ON p.type = e.principal_type AND p.id = e.principal_id
                          WHERE e.tenant_id = $1 AND e.resource_id = s.id AND e.allows AND e.permissions & 1 <> 0))
        ORDER BY s.name, s.id;
        """;

    // The owner first.
    internal const string Members = """
        SELECT m.principal_type, m.principal_id, m.role, m.expires_at, m.added_by, m.created_at, coalesce(u.display_name, g.name), u.email
        FROM (
            SELECT CASE WHEN EXISTS (SELECT FROM groups WHERE tenant_id = $1 AND id = s.owner_id) THEN 'group' ELSE 'user' END AS principal_type,
                   s.owner_id AS principal_id, 'owner' AS role, NULL::timestamptz AS expires_at, NULL::text AS added_by, s.created_at, 0 AS rank
            FROM shares s
            WHERE s.tenant_id = $1 AND s.id = $2
            UNION ALL
            SELECT principal_type, principal_id, role, expires_at, added_by, created_at, 1 FROM share_members WHERE tenant_id = $1 AND share_id = $2
        ) m
        LEFT JOIN users u ON m.principal_type = 'user' AND u.tenant_id = $1 AND u.id = m.principal_id
        LEFT JOIN groups g ON m.principal_type = 'group' AND g.tenant_id = $1 AND g.id = m.principal_id
        ORDER BY m.rank, m.created_at, m.principal_id
        LIMIT $3 OFFSET $4;
        """;

    internal const string CountMembers = "SELECT count(*) + 1 FROM share_members WHERE tenant_id = $1 AND share_id = $2;";

    internal const string AddMember = """
        INSERT INTO share_members (tenant_id, share_id, principal_type, principal_id, role, expires_at, added_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT ON CONSTRAINT share_members_pkey DO NOTHING;
        """;

    internal const string ChangeMember = """
        UPDATE share_members SET role = $4, expires_at = $5 WHERE tenant_id = $1 AND share_id = $2 AND principal_id = $3;
        """;

    internal const string RemoveMember = "DELETE FROM share_members WHERE tenant_id = $1 AND share_id = $2 AND principal_id = $3;";

    // Who may sign in, by a part of the name or email. $2 is a pattern for LIKE.
    internal const string FindUsers = """
        SELECT id, email, display_name FROM users
        WHERE tenant_id = $1 AND is_active AND status IN ('active', 'pending') AND (lower(display_name) LIKE $2 OR lower(email) LIKE $2)
        ORDER BY lower(display_name), id
        LIMIT $3;
        """;

    internal const string FindGroups = """
        SELECT id, name FROM groups WHERE tenant_id = $1 AND lower(name) LIKE $2 ORDER BY lower(name), id LIMIT $3;
        """;
}
