namespace ScaiDrive.Drive.Users;

/// <summary>Every statement on tenants and their settings. Columns are described in <c>Migrations/</c>.</summary>
internal static class TenantSql
{
    private const string Columns = "id, partner_id, name, coalesce(display_name, name), status, created_at, settings::text";

    internal const string Find = $"SELECT {Columns} FROM tenants WHERE id = $1;";

    internal const string OfPartner = $"SELECT {Columns} FROM tenants WHERE partner_id = $1 ORDER BY id LIMIT $2 OFFSET $3;";

    internal const string CountOfPartner = "SELECT count(*) FROM tenants WHERE partner_id = $1;";

    // Only what is named changes, so two admins who change different settings at once both get what they want.
    internal const string Change = $"""
        UPDATE tenants SET display_name = coalesce($2, display_name), settings = settings || $3::jsonb WHERE id = $1 RETURNING {Columns};
        """;

    internal const string Insert = $"""
        INSERT INTO tenants (id, partner_id, name, display_name) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING RETURNING {Columns};
        """;
}
