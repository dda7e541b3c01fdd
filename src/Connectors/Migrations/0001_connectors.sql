CREATE SCHEMA IF NOT EXISTS connectors;

-- One source mirrored into one place of a share.
CREATE TABLE connectors.connector (
    tenant_id             text        NOT NULL,
    id                    text        NOT NULL,
    type                  text        NOT NULL,
    name                  text        NOT NULL,
    description           text        NOT NULL DEFAULT '',
    settings              jsonb       NOT NULL DEFAULT '{}',
    include_patterns      text[]      NOT NULL DEFAULT '{}',
    exclude_patterns      text[]      NOT NULL DEFAULT '{}',
    patterns_ignore_case  boolean     NOT NULL DEFAULT true,
    target_share_id       text        NOT NULL,
    target_path           text        NOT NULL,
    owner_id              text        NOT NULL,
    sync_interval_minutes integer     NOT NULL DEFAULT 15,
    status                text        NOT NULL DEFAULT 'idle',
    status_message        text,
    error_count           bigint      NOT NULL DEFAULT 0,
    last_sync_at          timestamptz,
    total_files_synced    bigint      NOT NULL DEFAULT 0,
    total_bytes_synced    bigint      NOT NULL DEFAULT 0,
    -- The root as the last complete pass saw it. An empty folder with another identity is a mount that is gone.
    root_identity         text,
    created_at            timestamptz NOT NULL DEFAULT now(),
    updated_at            timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT connector_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT connector_interval_positive CHECK (sync_interval_minutes > 0),
    CONSTRAINT connector_status_known CHECK (status IN ('idle', 'syncing', 'paused', 'error'))
);

-- One pass over a source. A job that is tried again continues the running row from its cursor.
CREATE TABLE connectors.run (
    tenant_id     text        NOT NULL,
    id            text        NOT NULL,
    connector_id  text        NOT NULL,
    trigger       text        NOT NULL,
    status        text        NOT NULL DEFAULT 'running',
    phase         text        NOT NULL DEFAULT 'walk',
    -- Path of the last entry of the walk that is done, with all before it; null before the first.
    cursor        text,
    started_at    timestamptz NOT NULL DEFAULT now(),
    finished_at   timestamptz,
    error_code    text,
    error_message text,
    listed        bigint      NOT NULL DEFAULT 0,
    added         bigint      NOT NULL DEFAULT 0,
    updated       bigint      NOT NULL DEFAULT 0,
    moved         bigint      NOT NULL DEFAULT 0,
    deleted       bigint      NOT NULL DEFAULT 0,
    unchanged     bigint      NOT NULL DEFAULT 0,
    skipped       bigint      NOT NULL DEFAULT 0,
    excluded      bigint      NOT NULL DEFAULT 0,
    errors        bigint      NOT NULL DEFAULT 0,
    bytes         bigint      NOT NULL DEFAULT 0,
    problems      bigint      NOT NULL DEFAULT 0,
    CONSTRAINT run_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT run_status_known CHECK (status IN ('running', 'completed', 'failed')),
    CONSTRAINT run_phase_known CHECK (phase IN ('walk', 'resolve', 'delete', 'done'))
);

-- At most one pass of a connector is unfinished; run ids sort by time, so this also lists the newest first.
CREATE UNIQUE INDEX run_running_key ON connectors.run (tenant_id, connector_id) WHERE status = 'running';
CREATE INDEX run_connector_idx ON connectors.run (tenant_id, connector_id, id);

-- One item that could not be mirrored, or was left out on purpose.
CREATE TABLE connectors.problem (
    tenant_id text        NOT NULL,
    run_id    text        NOT NULL,
    number    bigint      NOT NULL,
    path      text        NOT NULL,
    code      text        NOT NULL,
    detail    text        NOT NULL,
    is_error  boolean     NOT NULL,
    at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT problem_pkey PRIMARY KEY (tenant_id, run_id, number)
);

-- The source as it was mirrored: one row per file and directory, hung under the row of its directory (0 at the root), so that
-- the rename of a directory is the update of one row. Names are the raw ones of the source, compared by bytes
-- (COLLATE "C"), because the walk and this table are merged in that order. A name with a slash in front is parked: its
-- place was taken by another entry, and it waits to be found elsewhere or deleted.
CREATE TABLE connectors.snapshot (
    tenant_id      text    NOT NULL,
    connector_id   text    NOT NULL,
    id             bigint  GENERATED ALWAYS AS IDENTITY,
    parent_id      bigint  NOT NULL,
    name           text    COLLATE "C" NOT NULL,
    is_directory   boolean NOT NULL,
    identity       text    NOT NULL,
    size_bytes     bigint  NOT NULL,
    modified_ns    bigint  NOT NULL,
    changed_ns     bigint  NOT NULL,
    file_id        text,
    folder_id      text,
    content_sha256 text,
    -- The run that last wrote the row, and the run that did not find the entry at its place.
    run_id         text    NOT NULL,
    missing_run_id text,
    CONSTRAINT snapshot_pkey PRIMARY KEY (tenant_id, connector_id, id),
    CONSTRAINT snapshot_target CHECK (
        CASE WHEN is_directory THEN file_id IS NULL AND content_sha256 IS NULL
             ELSE file_id IS NOT NULL AND content_sha256 IS NOT NULL AND folder_id IS NULL END)
);

CREATE UNIQUE INDEX snapshot_place_key ON connectors.snapshot (tenant_id, connector_id, parent_id, name);
-- Moves are found by identity. Not unique: hard links share one.
CREATE INDEX snapshot_identity_idx ON connectors.snapshot (tenant_id, connector_id, identity);
-- A file of the share follows one source only, whichever connector it belongs to.
CREATE UNIQUE INDEX snapshot_file_key ON connectors.snapshot (tenant_id, file_id) WHERE file_id IS NOT NULL;
-- Two directories whose names differ only in Unicode form would share a folder; the second is refused.
CREATE UNIQUE INDEX snapshot_folder_key ON connectors.snapshot (tenant_id, connector_id, folder_id) WHERE folder_id IS NOT NULL;
CREATE INDEX snapshot_missing_idx ON connectors.snapshot (tenant_id, connector_id, missing_run_id, id) WHERE missing_run_id IS NOT NULL;

-- Places where another file than before was found. Whether the old one moved or was replaced is known only after the
-- whole source was seen, so they wait here for the end of the walk.
CREATE TABLE connectors.contested (
    tenant_id    text   NOT NULL,
    connector_id text   NOT NULL,
    parent_id    bigint NOT NULL,
    name         text   COLLATE "C" NOT NULL,
    path         text   NOT NULL,
    identity     text   NOT NULL,
    run_id       text   NOT NULL,
    CONSTRAINT contested_pkey PRIMARY KEY (tenant_id, connector_id, parent_id, name)
);

CREATE INDEX contested_identity_idx ON connectors.contested (tenant_id, connector_id, identity);
