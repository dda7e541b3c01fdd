namespace ScaiDrive.Store;

/// <summary>Every statement the migrator sends.</summary>
internal static class MigrationSql
{
    // Any constant does, as long as no other program on the same database picks it: "scaidriv" in ASCII.
    internal const string Lock = "SELECT pg_advisory_lock(8314020995116133750)";
    internal const string Unlock = "SELECT pg_advisory_unlock(8314020995116133750)";

    internal const string TableExists = "SELECT to_regclass('public.schema_migration') IS NOT NULL";

    internal const string CreateTable = """
        CREATE TABLE IF NOT EXISTS public.schema_migration (
            room       text        NOT NULL,
            name       text        NOT NULL,
            checksum   text        NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT schema_migration_pkey PRIMARY KEY (room, name)
        )
        """;

    internal const string Applied = "SELECT room, name, checksum FROM public.schema_migration";

    internal const string Record = "INSERT INTO public.schema_migration (room, name, checksum) VALUES ($1, $2, $3)";
}
