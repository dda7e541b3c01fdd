namespace ScaiDrive.Drive;

/// <summary>Statements on lists of permissions. Columns are described in <c>Migrations/</c>.</summary>
internal static class AclSql
{
    internal const string EntryColumns = "id, principal_type, principal_id, allows, permissions, inherit_to_children, created_by, created_at";

    internal const string Entries = $"""
        SELECT {EntryColumns} FROM acl_entries
        WHERE tenant_id = $1 AND resource_id = $2
        ORDER BY allows, id;
        """;

    internal const string HasBreak = "SELECT EXISTS (SELECT FROM acl_breaks WHERE tenant_id = $1 AND resource_id = $2);";

    private const string Place = """
        (SELECT id AS share_id FROM shares WHERE tenant_id = $1 AND id = $3 AND $2 = 'share'
         UNION ALL
         SELECT share_id FROM items WHERE tenant_id = $1 AND id = $3 AND kind = $2)
        """;

    // $2 type and $3 id of the resource, $4 id, $5 and $6 the principal, $7 allows, $8 bits, $9 inherited, $10 actor. Only of the same tenant, and only
    // what is there. One that says the same of the same principal is replaced.
    internal const string Set = $"""
        INSERT INTO acl_entries AS e (
            tenant_id, id, share_id, resource_type, resource_id, principal_type, principal_id, allows, permissions, inherit_to_children, created_by)
        SELECT $1, $4, r.share_id, $2, $3, $5, $6, $7, $8, $9, $10
        FROM {Place} r
        WHERE CASE $5 WHEN 'user' THEN EXISTS (SELECT FROM users u WHERE u.tenant_id = $1 AND u.id = $6)
                      WHEN 'group' THEN EXISTS (SELECT FROM groups g WHERE g.tenant_id = $1 AND g.id = $6)
                      ELSE $5 = 'everyone' END
        ON CONFLICT (tenant_id, resource_id, principal_type, principal_id, allows) DO UPDATE
        SET permissions = EXCLUDED.permissions, inherit_to_children = EXCLUDED.inherit_to_children
        RETURNING {EntryColumns};
        """;

    internal const string Remove = $"""
        DELETE FROM acl_entries
        WHERE tenant_id = $1 AND resource_id = $2 AND principal_type = $3 AND principal_id = $4 AND allows = $5;
        """;

    internal const string Break = $"""
        INSERT INTO acl_breaks (tenant_id, resource_id, share_id, resource_type)
        SELECT $1, $3, r.share_id, $2 FROM {Place} r
        ON CONFLICT ON CONSTRAINT acl_breaks_pkey DO NOTHING;
        """;

    internal const string Unbreak = "DELETE FROM acl_breaks WHERE tenant_id = $1 AND resource_id = $2;";

    // What counts for a folder or file from above, the nearest first.
    internal const string Inherited = $"""
        WITH RECURSIVE chain AS (
            SELECT id, parent_id, 0 AS depth FROM items WHERE tenant_id = $1 AND id = $2
            UNION ALL
            SELECT c.parent_id, i.parent_id, c.depth + 1
            FROM chain c
            LEFT JOIN items i ON i.tenant_id = $1 AND i.id = c.parent_id
            WHERE c.parent_id IS NOT NULL
              AND NOT EXISTS (SELECT FROM acl_breaks b WHERE b.tenant_id = $1 AND b.resource_id = c.id)
        )
        SELECT e.id, e.principal_type, e.principal_id, e.allows, e.permissions, e.inherit_to_children, e.created_by, e.created_at
        FROM chain c
        JOIN acl_entries e ON e.tenant_id = $1 AND e.resource_id = c.id
        WHERE c.depth > 0 AND e.inherit_to_children
        ORDER BY c.depth, e.allows, e.id;
        """;
}
