namespace ScaiDrive.Drive.Users;

/// <summary>Every statement of letting users in. Columns are described in <c>Migrations/</c>.</summary>
internal static class SignInSql
{
    // Sent with every request: one row by a unique index, no write. By id alone, because the id of another tenant's user must be noticed.
    // The last columns: whether what the token says has to be written down, and whether the row gives way (see Displace).
    internal const string Find = """
        SELECT u.tenant_id, u.is_active AND u.status IN ('active', 'pending') AND t.status = 'active', u.admin_role,
               u.status = 'pending'
               OR u.last_login_at IS NULL
               OR u.last_login_at < now() - interval '5 minutes'
               OR (t.partner_id IS NULL AND $6::text IS NOT NULL)
               OR ($2 >= u.claims_at AND (
                   u.token_groups <> $5
                   OR ($3::text IS NOT NULL AND u.email IS DISTINCT FROM $3)
                   OR ($4::text IS NOT NULL AND u.name IS DISTINCT FROM $4))),
               u.tenant_id <> $7 AND u.status = 'pending' AND u.claims_at = '-infinity' AND u.last_login_at IS NULL
        FROM users u
        JOIN tenants t ON t.id = u.tenant_id
        WHERE u.id = $1;
        """;

    // The first token that names a partner says whose the tenant is; another partner cannot take it away with a token.
    internal const string EnsureTenant = """
        INSERT INTO tenants AS t (id, name, partner_id) VALUES ($1, $1, $2)
        ON CONFLICT (id) DO UPDATE SET partner_id = EXCLUDED.partner_id WHERE t.partner_id IS NULL AND EXCLUDED.partner_id IS NOT NULL;
        """;

    // A row that an admin of another tenant made, and that ScaiKey never spoke of, keeps nobody out of their own tenant.
    internal const string Displace = """
        DELETE FROM users
        WHERE id = $2 AND tenant_id <> $1 AND status = 'pending' AND claims_at = '-infinity' AND last_login_at IS NULL;
        """;

    // Two unique keys hold the id: with a conflict target, the other key would make the second of two first requests an error.
    internal const string Insert = """
        INSERT INTO users (tenant_id, id, email, name, display_name, last_login_at, claims_at)
        VALUES ($1, $2, $3, $4, coalesce($4, $3, $2), now(), $5)
        ON CONFLICT DO NOTHING;
        """;

    // Touches neither a user of another tenant nor one who may not sign in. A display name an admin has chosen stays.
    internal const string Update = """
        UPDATE users SET
            status = 'active',
            last_login_at = now(),
            email = CASE WHEN $5 >= claims_at THEN coalesce($3, email) ELSE email END,
            name = CASE WHEN $5 >= claims_at THEN coalesce($4, name) ELSE name END,
            display_name = CASE WHEN $5 >= claims_at AND (name IS NULL OR display_name = name) THEN coalesce($4, display_name) ELSE display_name END,
            claims_at = greatest(claims_at, $5)
        WHERE tenant_id = $1 AND id = $2 AND is_active AND status IN ('active', 'pending')
        RETURNING claims_at = $5;
        """;

    internal const string SetTokenGroups = """
        UPDATE users SET token_groups = $3 WHERE tenant_id = $1 AND id = $2 AND token_groups <> $3;
        """;

    // Named after their id until ScaiKey tells more. One that ScaiKey has deleted since the token was issued stays away.
    internal const string EnsureGroups = """
        INSERT INTO groups (tenant_id, id, name)
        SELECT $1, g.id, g.id
        FROM unnest($2::text[]) AS g (id)
        WHERE NOT EXISTS (
            SELECT FROM scaikey_resources r
            WHERE r.tenant_id = $1 AND r.resource_type = 'group' AND r.resource_id = g.id AND r.is_deleted AND r.event_at >= $3)
        ORDER BY g.id
        ON CONFLICT DO NOTHING;
        """;

    internal const string LeaveTokenGroups = """
        DELETE FROM group_members
        WHERE tenant_id = $1 AND member_type = 'user' AND member_id = $2 AND source = 'token' AND group_id <> ALL ($3);
        """;

    internal const string JoinTokenGroups = """
        INSERT INTO group_members (tenant_id, group_id, member_type, member_id, source)
        SELECT $1, id, 'user', $2, 'token' FROM groups WHERE tenant_id = $1 AND id = ANY ($3) ORDER BY id
        ON CONFLICT DO NOTHING;
        """;
}
