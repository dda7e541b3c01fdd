-- What was last read of each file's permissions: Drive's number of the list, and the entry as it was then. Read again when the entry moved on,
-- and with the next full sweep.
ALTER TABLE connectors.snapshot
    ADD COLUMN acl_id bigint,
    ADD COLUMN acl_changed_ns bigint,
    ADD COLUMN acl_read_at timestamptz;
CREATE INDEX snapshot_acl_due_idx ON connectors.snapshot (tenant_id, connector_id, id)
    WHERE NOT is_directory AND acl_changed_ns IS DISTINCT FROM changed_ns;

-- The full reading of all permissions that is under way, or was the last one. It goes on over several runs, from after_id on. No row: the
-- permissions of this connector were never read.
CREATE TABLE connectors.permission_sweep (
    tenant_id    text        NOT NULL,
    connector_id text        NOT NULL,
    started_at   timestamptz NOT NULL,
    after_id     bigint      NOT NULL DEFAULT 0,
    finished_at  timestamptz,
    CONSTRAINT permission_sweep_pkey PRIMARY KEY (tenant_id, connector_id)
);

-- Names of those whom the permissions of a source mention; null: the source does not know them.
CREATE TABLE connectors.principal (
    tenant_id    text        NOT NULL,
    connector_id text        NOT NULL,
    sid          text        NOT NULL,
    name         text,
    asked_at     timestamptz NOT NULL,
    CONSTRAINT principal_pkey PRIMARY KEY (tenant_id, connector_id, sid)
);

-- Whom a source means. Rows of the table that a person gave (csv) come before those found by email or name.
CREATE TABLE connectors.identity_mapping (
    tenant_id      text    NOT NULL,
    connector_id   text    NOT NULL,
    sid            text    NOT NULL,
    principal_type text    NOT NULL,
    principal_id   text,
    how            text    NOT NULL,
    -- As a person wrote it, and on which row.
    given          text,
    ordinal        integer,
    CONSTRAINT identity_mapping_pkey PRIMARY KEY (tenant_id, connector_id, sid),
    CONSTRAINT identity_mapping_how_known CHECK (how IN ('csv', 'email', 'name')),
    CONSTRAINT identity_mapping_given CHECK ((how = 'csv') = (given IS NOT NULL AND ordinal IS NOT NULL))
);
