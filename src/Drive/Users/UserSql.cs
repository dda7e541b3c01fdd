namespace ScaiDrive.Drive.Users;

/// <summary>Every statement on users as admins see and change them. Columns are described in <c>Migrations/</c>.</summary>
internal static class UserSql
{
    private const string Columns = "id, email, name, display_name, admin_role, status, is_active, created_at, last_login_at";

    internal const string Find = $"SELECT {Columns} FROM users WHERE tenant_id = $1 AND id = $2;";

    internal const string Lock = $"SELECT {Columns} FROM users WHERE tenant_id = $1 AND id = $2 FOR UPDATE;";

    private const string Chosen = """
        tenant_id = $1
        AND ($2::text IS NULL OR status = $2)
        AND ($3::text IS NULL OR strpos(lower(display_name), lower($3)) > 0 OR strpos(lower(email), lower($3)) > 0 OR id = $3)
        """;

    internal const string List = $"""
        SELECT {Columns} FROM users WHERE {Chosen} ORDER BY lower(display_name), id LIMIT $4 OFFSET $5;
        """;

    internal const string Count = $"SELECT count(*) FROM users WHERE {Chosen};";

    internal const string Insert = $"""
        INSERT INTO users (tenant_id, id, email, name, display_name, status)
        VALUES ($1, $2, $3, $4, $4, 'pending')
        ON CONFLICT DO NOTHING
        RETURNING {Columns};
        """;

    internal const string Change = $"""
        UPDATE users SET
            display_name = coalesce($3, display_name),
            email = coalesce($4, email),
            status = coalesce($5, status),
            is_active = CASE WHEN $5::text IS NULL THEN is_active ELSE $5 IN ('active', 'pending') END,
            admin_role = CASE WHEN $6 THEN $7 ELSE admin_role END,
            modified_at = now()
        WHERE tenant_id = $1 AND id = $2
        RETURNING {Columns};
        """;
}
