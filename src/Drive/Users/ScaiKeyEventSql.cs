namespace ScaiDrive.Drive.Users;

/// <summary>Every statement of taking over what ScaiKey tells. Columns are described in <c>Migrations/</c>.</summary>
internal static class ScaiKeyEventSql
{
    // The same event in two requests: the second waits here for the first to commit, and then finds it.
    internal const string Take = """
        INSERT INTO scaikey_events (tenant_id, event_id, event_type) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;
        """;

    // Two events of one second: the later to arrive counts, but nothing brings back what was deleted in that second.
    internal const string Advance = """
        INSERT INTO scaikey_resources AS r (tenant_id, resource_type, resource_id, event_at, is_deleted) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant_id, resource_type, resource_id) DO UPDATE SET event_at = $4, is_deleted = $5
        WHERE r.event_at < $4 OR (r.event_at = $4 AND (NOT r.is_deleted OR $5));
        """;

    // Far longer than anybody sends an event again; a few at a time, so that no event waits for the sweep.
    internal const string Forget = """
        DELETE FROM scaikey_events
        WHERE (tenant_id, event_id) IN (
            SELECT tenant_id, event_id FROM scaikey_events WHERE applied_at < now() - interval '30 days' ORDER BY applied_at LIMIT 100 FOR UPDATE SKIP LOCKED);
        """;

    internal const string InsertUser = """
        INSERT INTO users (tenant_id, id, display_name, status) VALUES ($1, $2, coalesce($3, $4, $2), 'pending') ON CONFLICT DO NOTHING;
        """;

    internal const string UpdateUser = """
        UPDATE users SET
            email = coalesce($3, email),
            name = coalesce($4, name),
            display_name = CASE WHEN name IS NULL OR display_name = name THEN coalesce($4, display_name) ELSE display_name END,
            status = coalesce($5, status),
            is_active = CASE WHEN $6::boolean IS NULL THEN is_active ELSE $6 END,
            claims_at = greatest(claims_at, $7),
            modified_at = now()
        WHERE tenant_id = $1 AND id = $2;
        """;

    // What a token said is over as well, until a newer token says so again.
    internal const string LeaveGroups = """
        WITH gone AS (
            DELETE FROM group_members
            WHERE tenant_id = $1 AND member_type = 'user' AND member_id = $2 AND source IN ('token', 'scaikey') AND group_id <> ALL ($3)
        )
        UPDATE users SET token_groups = ARRAY(SELECT g FROM unnest(token_groups) g WHERE g = ANY ($3) ORDER BY g)
        WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string EnsureGroups = """
        INSERT INTO groups (tenant_id, id, name) SELECT $1, g, g FROM unnest($2::text[]) g ORDER BY g ON CONFLICT DO NOTHING;
        """;

    internal const string JoinGroups = """
        INSERT INTO group_members (tenant_id, group_id, member_type, member_id, source)
        SELECT $1, id, 'user', $2, 'scaikey' FROM groups WHERE tenant_id = $1 AND id = ANY ($3) ORDER BY id
        ON CONFLICT DO NOTHING;
        """;

    // No two groups of a tenant have one name; the id tells them apart.
    private const string FreeName = """
        CASE WHEN EXISTS (SELECT FROM groups o WHERE o.tenant_id = $1 AND o.id <> $2 AND lower(o.name) = lower($3)) THEN $3 || ' (' || $2 || ')' ELSE $3 END
        """;

    internal const string InsertGroup = $"""
        INSERT INTO groups (tenant_id, id, name) SELECT $1, $2, {FreeName} ON CONFLICT (id) DO NOTHING;
        """;

    internal const string RenameGroup = $"""
        UPDATE groups SET name = {FreeName} WHERE tenant_id = $1 AND id = $2;
        """;

    internal const string HasGroup = "SELECT EXISTS (SELECT FROM groups WHERE tenant_id = $1 AND id = $2);";

    internal const string LoseMembers = """
        WITH gone AS (
            DELETE FROM group_members
            WHERE tenant_id = $1 AND group_id = $2 AND source IN ('token', 'scaikey') AND member_id <> ALL ($3)
            RETURNING member_type, member_id, source
        )
        UPDATE users SET token_groups = array_remove(token_groups, $2), claims_at = greatest(claims_at, $4)
        WHERE tenant_id = $1 AND id IN (SELECT member_id FROM gone WHERE member_type = 'user' AND source = 'token');
        """;

    // A member who is not known yet will be one from the first call on.
    internal const string GainMembers = """
        INSERT INTO group_members (tenant_id, group_id, member_type, member_id, source)
        SELECT $1, $2, CASE WHEN starts_with(m, 'grp_') THEN 'group' ELSE 'user' END, m, 'scaikey' FROM unnest($3::text[]) m ORDER BY m
        ON CONFLICT DO NOTHING;
        """;
}
