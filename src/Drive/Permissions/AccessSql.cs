namespace ScaiDrive.Drive;

/// <summary>The statements that decide who may what. $1 is the tenant and $2 the user everywhere.</summary>
/// <remarks>They hold the rule of rights: the nearest level that mentions a right for somebody decides about it, and a denial goes before a grant
/// of the same level. Folding the levels is <see cref="Standing"/>'s.</remarks>
internal static class AccessSql
{
    // Whom the user is, as entries and memberships name them.
    internal const string Principals = $"""
        {PermissionSql.MemberOf}, principals (type, id) AS (
            SELECT 'user', $2 UNION ALL SELECT 'group', id FROM member_of UNION ALL SELECT 'everyone', 'everyone'
        )
        """;

    internal const string Owns = "(s.owner_id = $2 OR s.owner_id IN (SELECT id FROM member_of))";

    // Bits of Rights: an admin has all, a contributor reads, writes, deletes and creates.
    internal const string RoleBits = "CASE m.role WHEN 'admin' THEN 63 WHEN 'contributor' THEN 15 ELSE 1 END";

    internal const string Member = """
        JOIN principals p ON p.type = m.principal_type AND p.id = m.principal_id
        WHERE m.tenant_id = $1 AND (m.expires_at IS NULL OR m.expires_at > now())
        """;

    // $3 the types, $4 the ids, $5 whether it is asked what holds for things in them. OFFSET keeps the planner to one look per step
    // whatever it believes about the sizes of tables. No walk where the share has no entry at all.
    private const string Walk = $"""
        {Principals}, found AS (
            SELECT w.n, w.id, s.id AS share_id, NULL::text AS parent_id, NULL::bigint AS source_acl_id
            FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS w (type, id, n)
            CROSS JOIN LATERAL (SELECT id FROM shares WHERE tenant_id = $1 AND id = w.id OFFSET 0) s
            WHERE w.type = 'share'
            UNION ALL
            SELECT w.n, w.id, i.share_id, i.parent_id, i.source_acl_id
            FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS w (type, id, n)
            CROSS JOIN LATERAL (
                SELECT share_id, parent_id, source_acl_id FROM items WHERE tenant_id = $1 AND id = w.id AND kind = w.type OFFSET 0) i
            WHERE w.type <> 'share'
        ), chain AS (
            SELECT f.n, f.id, f.parent_id, $5::boolean::integer AS depth
            FROM found f
            WHERE EXISTS (SELECT FROM acl_entries e WHERE e.tenant_id = $1 AND e.share_id = f.share_id)
            UNION ALL
            SELECT c.n, c.parent_id, i.parent_id, c.depth + 1
            FROM chain c
            LEFT JOIN LATERAL (SELECT parent_id FROM items WHERE tenant_id = $1 AND id = c.parent_id OFFSET 0) i ON true
            WHERE c.parent_id IS NOT NULL
              AND NOT EXISTS (SELECT FROM acl_breaks b WHERE b.tenant_id = $1 AND b.resource_id = c.id)
        )
        """;

    internal const string RightsOf = $"""
        {Walk}, levels AS (
            SELECT c.n, c.depth,
                   coalesce(bit_or(e.permissions) FILTER (WHERE e.allows), 0) AS allowed,
                   coalesce(bit_or(e.permissions) FILTER (WHERE NOT e.allows), 0) AS denied
            FROM chain c
            JOIN acl_entries e ON e.tenant_id = $1 AND e.resource_id = c.id
            JOIN principals p ON p.type = e.principal_type AND p.id = e.principal_id
            WHERE c.depth = 0 OR e.inherit_to_children
            GROUP BY c.n, c.depth
        ), folded AS (
            SELECT n, array_agg(allowed ORDER BY depth) AS allowed, array_agg(denied ORDER BY depth) AS denied FROM levels GROUP BY n
        ), roles AS (
            SELECT s.id, s.is_deleted, {Owns} AS owns,
                   CASE WHEN s.is_public THEN 1 ELSE 0 END
                   | coalesce((SELECT bit_or({RoleBits}) FROM share_members m {Member} AND m.share_id = s.id), 0) AS rights
            FROM (SELECT DISTINCT share_id FROM found) f
            JOIN shares s ON s.tenant_id = $1 AND s.id = f.share_id
        )
        SELECT f.n, r.is_deleted, r.owns, r.rights, l.allowed, l.denied, f.source_acl_id,
               coalesce((SELECT version FROM permission_versions WHERE tenant_id = $1), 0)
        FROM found f
        JOIN roles r ON r.id = f.share_id
        LEFT JOIN folded l ON l.n = f.n;
        """;

    // For those who need no right: only whether it is there. $2 the types, $3 the ids.
    internal const string Find = """
        SELECT w.n, s.is_deleted
        FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS w (type, id, n)
        JOIN shares s ON s.tenant_id = $1 AND s.id = w.id
        WHERE w.type = 'share'
        UNION ALL
        SELECT w.n, s.is_deleted
        FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS w (type, id, n)
        CROSS JOIN LATERAL (SELECT share_id FROM items WHERE tenant_id = $1 AND id = w.id AND kind = w.type OFFSET 0) i
        JOIN shares s ON s.tenant_id = $1 AND s.id = i.share_id
        WHERE w.type <> 'share';
        """;

    // What lies right in a share or folder ($2) and has a list of its own.
    internal const string ListedChildren = """
        SELECT i.id, i.kind
        FROM items i
        WHERE i.tenant_id = $1 AND i.parent_id = $2
          AND (i.id IN (SELECT e.resource_id FROM acl_entries e WHERE e.tenant_id = $1)
               OR i.id IN (SELECT b.resource_id FROM acl_breaks b WHERE b.tenant_id = $1));
        """;

    // No row when nothing in it has a list of a source; else the version.
    internal const string SourceListedChildren = """
        SELECT coalesce((SELECT version FROM permission_versions WHERE tenant_id = $1), 0)
        WHERE EXISTS (SELECT FROM items WHERE tenant_id = $1 AND parent_id = $2 AND source_acl_id IS NOT NULL);
        """;

    // The entry that decides about reading; no row when the role does.
    internal const string Deciding = $"""
        {Walk}
        SELECT e.resource_type, e.resource_id, e.allows, e.principal_type, e.principal_id
        FROM chain c
        JOIN acl_entries e ON e.tenant_id = $1 AND e.resource_id = c.id
        JOIN principals p ON p.type = e.principal_type AND p.id = e.principal_id
        WHERE (c.depth = 0 OR e.inherit_to_children) AND e.permissions & 1 <> 0
        ORDER BY c.depth, e.allows, e.id
        LIMIT 1;
        """;

    // One statement, so of one moment. $3 the shares that are known to have lists. The roles are read with every question: nothing tells when a membership expires.
    internal const string Scope = $"""
        {Principals}, mine AS (
            SELECT DISTINCT m.share_id FROM share_members m {Member}
        )
        SELECT coalesce(v.version, 0), coalesce(v.acl_version, 0),
               coalesce((SELECT max(number) FROM changes WHERE tenant_id = $1 AND resource_type = 'folder'), 0),
               ARRAY(SELECT id FROM member_of),
               ARRAY(SELECT s.id FROM shares s
                     WHERE s.tenant_id = $1 AND NOT s.is_deleted
                       AND (s.is_public OR {Owns} OR s.id IN (SELECT share_id FROM mine))),
               ARRAY(SELECT s.id FROM shares s WHERE s.tenant_id = $1 AND NOT s.is_deleted AND s.id = ANY ($3))
        FROM (SELECT $1::text AS tenant_id) t
        LEFT JOIN permission_versions v ON v.tenant_id = t.tenant_id;
        """;

    // Of those who need no right: null when no share is in the trash, and so none has to be left out.
    internal const string LiveShares = """
        SELECT CASE WHEN EXISTS (SELECT FROM shares WHERE tenant_id = $1 AND is_deleted)
                    THEN ARRAY(SELECT id FROM shares WHERE tenant_id = $1 AND NOT is_deleted) END;
        """;

    internal const string AclVersion = "SELECT coalesce((SELECT acl_version FROM permission_versions WHERE tenant_id = $1), 0);";

    // What is said about reading, and what does not inherit; with the place of files, because they are no folders of the tree.
    internal const string ReadEntries = """
        SELECT e.resource_type, e.resource_id, e.share_id, i.parent_id, e.principal_type, e.principal_id, e.allows, e.inherit_to_children
        FROM acl_entries e
        LEFT JOIN items i ON e.resource_type = 'file' AND i.tenant_id = e.tenant_id AND i.id = e.resource_id
        WHERE e.tenant_id = $1 AND e.permissions & 1 <> 0;
        """;

    internal const string Breaks = """
        SELECT b.resource_type, b.resource_id, b.share_id, i.parent_id
        FROM acl_breaks b
        LEFT JOIN items i ON b.resource_type = 'file' AND i.tenant_id = b.tenant_id AND i.id = b.resource_id
        WHERE b.tenant_id = $1;
        """;

    internal const string LastFolderChange = """
        SELECT coalesce(max(number), 0) FROM changes WHERE tenant_id = $1 AND resource_type = 'folder';
        """;

    internal const string Folders = """
        SELECT id, parent_id FROM items WHERE tenant_id = $1 AND kind = 'folder' AND share_id = ANY ($2);
        """;

    internal const string FolderChanges = """
        SELECT number, resource_id, coalesce(folder_id, share_id)
        FROM changes
        WHERE tenant_id = $1 AND resource_type = 'folder' AND number > $2
        ORDER BY number;
        """;
}
