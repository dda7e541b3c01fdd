-- One sequence for all tenants: numbers rise within a tenant, with gaps, and never start again after old rows are pruned.
CREATE SEQUENCE change_number_seq;

-- The columns after new_path describe the resource after the change; those from mime_type on only a file.
CREATE TABLE changes (
    tenant_id     text NOT NULL,
    number        bigint NOT NULL,
    share_id      text NOT NULL,
    resource_type text NOT NULL,
    resource_id   text NOT NULL,
    change_type   text NOT NULL,
    changed_by    text NOT NULL,
    changed_at    timestamptz NOT NULL,
    interactive   boolean NOT NULL,
    connector_id  text,
    old_path      text,
    new_path      text NOT NULL,
    folder_id     text,
    name          text NOT NULL,
    owner_id      text NOT NULL,
    created_by    text NOT NULL,
    modified_by   text NOT NULL,
    created_at    timestamptz NOT NULL,
    modified_at   timestamptz NOT NULL,
    is_deleted    boolean NOT NULL,
    mime_type     text,
    size_bytes    bigint,
    content_hash  text,
    version       integer,
    version_id    text,
    vectorized_at timestamptz,
    CONSTRAINT changes_pkey PRIMARY KEY (tenant_id, number),
    CONSTRAINT changes_resource_check CHECK (resource_type IN ('share', 'folder', 'file')),
    CONSTRAINT changes_type_check CHECK (
        change_type IN ('created', 'updated', 'renamed', 'moved', 'deleted', 'restored')),
    CONSTRAINT changes_origin_check CHECK (interactive = (connector_id IS NULL))
);

-- What a set-based statement changed, until its transaction numbers it. Empty outside of transactions, hence unlogged:
-- a crash ends every transaction that could have rows here.
CREATE UNLOGGED TABLE staged_changes (
    tenant_id     text NOT NULL,
    writer_id     text NOT NULL,
    ordinal       bigint NOT NULL,
    share_id      text NOT NULL,
    resource_type text NOT NULL,
    resource_id   text NOT NULL,
    change_type   text NOT NULL,
    old_path      text,
    new_path      text NOT NULL,
    folder_id     text,
    name          text NOT NULL,
    owner_id      text NOT NULL,
    created_by    text NOT NULL,
    modified_by   text NOT NULL,
    created_at    timestamptz NOT NULL,
    modified_at   timestamptz NOT NULL,
    is_deleted    boolean NOT NULL,
    mime_type     text,
    size_bytes    bigint,
    content_hash  text,
    version       integer,
    version_id    text,
    vectorized_at timestamptz,
    CONSTRAINT staged_changes_pkey PRIMARY KEY (tenant_id, writer_id, ordinal)
);
