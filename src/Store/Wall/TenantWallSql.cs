namespace ScaiDrive.Store;

/// <summary>Every statement about the wall between tenants.</summary>
internal static class TenantWallSql
{
    internal const string Enter = "CALL public.enter_tenant_wall($1)";

    internal const string CurrentUser = "SELECT current_user::text";

    // Roles belong to the whole server, so another database may be making this one right now. Whoever comes second waits
    // for the first at the catalog's unique index, and finds the role made. Trying whether the role can be taken on says
    // in every version of PostgreSQL what the kinds of membership, which differ, only hint at.
    internal const string MakeRole = """
        DO $$
        BEGIN
            IF to_regrole('scaidrive_tenant') IS NULL THEN
                BEGIN
                    CREATE ROLE scaidrive_tenant NOLOGIN;
                EXCEPTION WHEN duplicate_object OR unique_violation THEN
                    NULL;
                END;
            END IF;
            BEGIN
                SET LOCAL ROLE scaidrive_tenant;
                RESET ROLE;
            EXCEPTION WHEN insufficient_privilege THEN
                BEGIN
                    EXECUTE format('GRANT scaidrive_tenant TO %I', session_user);
                EXCEPTION WHEN unique_violation THEN
                    NULL;
                END;
            END;
        END
        $$
        """;

    // Derived from the catalog, so that no table can be forgotten: every table with a tenant_id, and every table that a
    // tenant_id refers to. What has neither is closed to the role unless its own migration grants something.
    // Views would otherwise read in the name of their owner, whom policies do not bind. Changes nothing that is in place,
    // because most of it would lock the table against everybody for a moment.
    internal const string Build = """
        DO $$
        DECLARE
            found record;
            wanted text;
        BEGIN
            FOR found IN
                SELECT c.oid, c.oid::regclass AS name, c.relrowsecurity AS is_on, a.attname AS tenant,
                       pg_get_expr(p.polqual, p.polrelid) AS policy, p.oid IS NOT NULL AS has_policy
                FROM pg_class AS c
                JOIN pg_namespace AS n ON n.oid = c.relnamespace
                JOIN pg_attribute AS a ON a.attrelid = c.oid AND NOT a.attisdropped AND (
                    a.attname = 'tenant_id' AND a.attnum > 0
                    OR EXISTS (
                        SELECT FROM pg_constraint AS k
                        JOIN pg_attribute AS referring ON referring.attrelid = k.conrelid AND referring.attnum = k.conkey[1]
                        WHERE k.contype = 'f' AND k.confrelid = c.oid AND cardinality(k.conkey) = 1
                          AND referring.attname = 'tenant_id' AND k.confkey[1] = a.attnum))
                LEFT JOIN pg_policy AS p ON p.polrelid = c.oid AND p.polname = 'tenant_wall'
                WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                ORDER BY c.oid
            LOOP
                wanted := format('(%I = current_setting(''scaidrive.tenant_id''::text, true))', found.tenant);
                IF found.has_policy AND found.policy IS DISTINCT FROM wanted THEN
                    EXECUTE format('DROP POLICY tenant_wall ON %s', found.name);
                END IF;
                IF NOT found.has_policy OR found.policy IS DISTINCT FROM wanted THEN
                    EXECUTE format('CREATE POLICY tenant_wall ON %s TO scaidrive_tenant USING %s WITH CHECK %s', found.name, wanted, wanted);
                END IF;
                IF NOT found.is_on THEN
                    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', found.name);
                END IF;
                IF NOT (has_table_privilege('scaidrive_tenant', found.oid, 'SELECT') AND has_table_privilege('scaidrive_tenant', found.oid, 'INSERT')
                    AND has_table_privilege('scaidrive_tenant', found.oid, 'UPDATE') AND has_table_privilege('scaidrive_tenant', found.oid, 'DELETE'))
                THEN
                    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO scaidrive_tenant', found.name);
                END IF;
            END LOOP;

            FOR found IN
                SELECT c.oid, c.oid::regclass AS name, c.relkind, coalesce('security_invoker=true' = ANY (c.reloptions), false) AS reads_as_caller
                FROM pg_class AS c
                JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('v', 'S') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            LOOP
                IF found.relkind = 'S' THEN
                    IF NOT (has_sequence_privilege('scaidrive_tenant', found.oid, 'USAGE') AND has_sequence_privilege('scaidrive_tenant', found.oid, 'SELECT')) THEN
                        EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %s TO scaidrive_tenant', found.name);
                    END IF;
                    CONTINUE;
                END IF;
                IF NOT found.reads_as_caller THEN
                    EXECUTE format('ALTER VIEW %s SET (security_invoker = true)', found.name);
                END IF;
                -- Locking what a view shows takes the right to change it; the tables behind it decide about the rows.
                IF NOT has_table_privilege('scaidrive_tenant', found.oid, 'UPDATE') THEN
                    EXECUTE format('GRANT SELECT, UPDATE ON %s TO scaidrive_tenant', found.name);
                END IF;
            END LOOP;

            FOR found IN
                SELECT n.nspname AS name
                FROM pg_namespace AS n
                WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT has_schema_privilege('scaidrive_tenant', n.oid, 'USAGE')
            LOOP
                EXECUTE format('GRANT USAGE ON SCHEMA %I TO scaidrive_tenant', found.name);
            END LOOP;

            FOR found IN
                SELECT f.oid::regprocedure AS name
                FROM pg_proc AS f
                JOIN pg_namespace AS n ON n.oid = f.pronamespace
                WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT has_function_privilege('scaidrive_tenant', f.oid, 'EXECUTE')
            LOOP
                EXECUTE format('GRANT EXECUTE ON ROUTINE %s TO scaidrive_tenant', found.name);
            END LOOP;
        END
        $$
        """;

    // One call for both, and without a result, so that it can stand before any statement of a batch. For the session: the
    // pool resets it when the connection comes back, and whoever takes it next enters anew.
    internal const string MakeEntrance = """
        CREATE OR REPLACE PROCEDURE public.enter_tenant_wall(tenant text) LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM set_config('scaidrive.tenant_id', tenant, false), set_config('role', 'scaidrive_tenant', false);
        END
        $$
        """;
}
