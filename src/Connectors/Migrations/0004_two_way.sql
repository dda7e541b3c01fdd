-- Up to which change of the share the source is known to follow it; null when something below the target may still have to be sent.
-- The folder at the target path, once it was made: when it is gone, nothing is deleted at the source.
ALTER TABLE connectors.connector
    ADD COLUMN drive_number bigint,
    ADD COLUMN target_folder_id text;

-- Items told so far, and the last change of the share when sending began.
ALTER TABLE connectors.run
    ADD COLUMN items bigint NOT NULL DEFAULT 0,
    ADD COLUMN drive_number bigint,
    DROP CONSTRAINT run_phase_known,
    ADD CONSTRAINT run_phase_known CHECK (phase IN ('walk', 'resolve', 'delete', 'push', 'done'));

-- The run in which the share did not have the row's file or folder any more.
ALTER TABLE connectors.snapshot ADD COLUMN unwanted_run_id text;
CREATE INDEX snapshot_unwanted_idx ON connectors.snapshot (tenant_id, connector_id, unwanted_run_id, id) WHERE unwanted_run_id IS NOT NULL;

-- What became of one item: problems have a code, all others an action alone.
ALTER TABLE connectors.problem RENAME TO item;
ALTER TABLE connectors.item RENAME CONSTRAINT problem_pkey TO item_pkey;
ALTER TABLE connectors.item
    ADD COLUMN action text NOT NULL DEFAULT 'error',
    ADD COLUMN from_path text,
    ALTER COLUMN code DROP NOT NULL,
    ALTER COLUMN detail SET DEFAULT '';
UPDATE connectors.item SET action = 'skipped' WHERE NOT is_error;
CREATE INDEX item_problem_idx ON connectors.item (tenant_id, run_id, number) WHERE code IS NOT NULL;

-- What is about to be written to the source. Noted before, so that what a crash leaves there can be removed.
CREATE TABLE connectors.intent (
    tenant_id    text        NOT NULL,
    connector_id text        NOT NULL,
    id           bigint      GENERATED ALWAYS AS IDENTITY,
    action       text        NOT NULL,
    path         text        NOT NULL,
    temporary    text,
    at           timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT intent_pkey PRIMARY KEY (tenant_id, connector_id, id)
);

-- What both sides had changed. An open one holds back its file alone until a person decides; the next pass does what was decided.
CREATE TABLE connectors.conflict (
    tenant_id          text        NOT NULL,
    id                 text        NOT NULL,
    connector_id       text        NOT NULL,
    run_id             text        NOT NULL,
    path               text        NOT NULL,
    file_id            text,
    kind               text        NOT NULL,
    resolution         text        NOT NULL,
    state              text        NOT NULL,
    decision           text,
    outcome            text,
    copy_path          text,
    server_sha256      text,
    server_size_bytes  bigint,
    server_modified_at timestamptz,
    client_sha256      text,
    client_size_bytes  bigint,
    client_modified_at timestamptz,
    created_at         timestamptz NOT NULL DEFAULT now(),
    resolved_at        timestamptz,
    CONSTRAINT conflict_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT conflict_state_known CHECK (state IN ('open', 'resolved')),
    CONSTRAINT conflict_decision_known CHECK (decision IN ('server', 'client', 'both'))
);

-- One open conflict per path: the next pass meets the same one again.
CREATE UNIQUE INDEX conflict_open_key ON connectors.conflict (tenant_id, connector_id, path) WHERE state = 'open';
CREATE INDEX conflict_open_file_idx ON connectors.conflict (tenant_id, connector_id, file_id) WHERE state = 'open';
CREATE INDEX conflict_connector_idx ON connectors.conflict (tenant_id, connector_id, id);

-- What a pass would do. The ids are for the run itself: a file that is missing at one place and found at another is a move.
CREATE TABLE connectors.plan_item (
    tenant_id   text   NOT NULL,
    run_id      text   NOT NULL,
    number      bigint GENERATED ALWAYS AS IDENTITY,
    action      text   NOT NULL,
    side        text   NOT NULL,
    path        text   NOT NULL,
    from_path   text,
    bytes       bigint NOT NULL DEFAULT 0,
    detail      text   NOT NULL DEFAULT '',
    snapshot_id bigint,
    file_id     text,
    CONSTRAINT plan_item_pkey PRIMARY KEY (tenant_id, run_id, number),
    CONSTRAINT plan_item_side_known CHECK (side IN ('share', 'source'))
);
CREATE INDEX plan_item_snapshot_idx ON connectors.plan_item (tenant_id, run_id, snapshot_id) WHERE snapshot_id IS NOT NULL;
CREATE INDEX plan_item_file_idx ON connectors.plan_item (tenant_id, run_id, file_id) WHERE file_id IS NOT NULL;
