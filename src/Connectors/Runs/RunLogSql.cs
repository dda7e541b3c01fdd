namespace ScaiDrive.Connectors.Runs;

/// <summary>Every statement on items and plans of runs. Columns are described in <c>Migrations/</c>.</summary>
internal static class RunLogSql
{
    internal const string InsertItems = """
        INSERT INTO connectors.item (tenant_id, run_id, number, path, action, from_path, code, detail, is_error, at)
        SELECT $1, $2, i.number, i.path, i.action, i.from_path, i.code, i.detail, i.is_error, i.at
        FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::boolean[], $10::timestamptz[])
            AS i (number, path, action, from_path, code, detail, is_error, at);
        """;

    internal const string ListItems = """
        SELECT number, path, action, from_path, code, detail, is_error, at
        FROM connectors.item
        WHERE tenant_id = $1 AND run_id = $2 AND number > $3
        ORDER BY number
        LIMIT $4;
        """;

    internal const string ListProblems = """
        SELECT number, path, code, detail, is_error, at
        FROM connectors.item
        WHERE tenant_id = $1 AND run_id = $2 AND number > $3 AND code IS NOT NULL
        ORDER BY number
        LIMIT $4;
        """;

    internal const string FindProblems = """
        SELECT number, path, code, detail, is_error, at
        FROM connectors.item
        WHERE tenant_id = $1 AND run_id = $2 AND path = ANY ($3) AND code IS NOT NULL
        ORDER BY length(path) DESC, number
        LIMIT 10;
        """;

    internal const string InsertPlan = """
        INSERT INTO connectors.plan_item (tenant_id, run_id, action, side, path, from_path, bytes, detail, snapshot_id, file_id)
        SELECT $1, $2, i.action, i.side, i.path, i.from_path, i.bytes, i.detail, i.snapshot_id, i.file_id
        FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::bigint[], $10::text[])
            WITH ORDINALITY AS i (action, side, path, from_path, bytes, detail, snapshot_id, file_id, ordinal)
        ORDER BY i.ordinal;
        """;

    internal const string ListPlan = """
        SELECT number, action, side, path, from_path, bytes, detail
        FROM connectors.plan_item
        WHERE tenant_id = $1 AND run_id = $2 AND number > $3
        ORDER BY number
        LIMIT $4;
        """;

    internal const string DeleteItemsOfConnector = """
        DELETE FROM connectors.item
        USING connectors.run
        WHERE item.tenant_id = $1 AND run.tenant_id = $1 AND run.connector_id = $2 AND item.run_id = run.id;
        """;

    internal const string DeletePlansOfConnector = """
        DELETE FROM connectors.plan_item
        USING connectors.run
        WHERE plan_item.tenant_id = $1 AND run.tenant_id = $1 AND run.connector_id = $2 AND plan_item.run_id = run.id;
        """;
}
