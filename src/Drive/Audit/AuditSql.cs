namespace ScaiDrive.Drive.Audit;

/// <summary>Statements on audit events. Columns are described in <c>Migrations/</c>.</summary>
internal static class AuditSql
{
    internal const string Add = """
        INSERT INTO audit_event (tenant_id, id, category, action, severity, actor_id, target_type, target_id, details)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8,
                CASE WHEN $10::text IS NULL THEN $9::jsonb ELSE $9::jsonb || jsonb_build_object('service_account', $10::text) END)
        """;

    internal const string List = """
        SELECT id, at, category, action, severity, actor_id, target_type, target_id, details::text
        FROM audit_event
        WHERE tenant_id = $1
          AND ($2::text IS NULL OR category = $2)
          AND ($3::text IS NULL OR severity = $3)
          AND ($4::text IS NULL OR action = $4 OR (right($4, 1) = '.' AND starts_with(action, $4)))
          AND ($5::text IS NULL OR target_id = $5)
          AND ($6::text IS NULL OR actor_id = $6)
          AND ($7::timestamptz IS NULL OR at >= $7)
          AND ($8::timestamptz IS NULL OR at < $8)
          AND ($9::text IS NULL OR id < $9)
        ORDER BY id DESC
        LIMIT $10
        """;
}
