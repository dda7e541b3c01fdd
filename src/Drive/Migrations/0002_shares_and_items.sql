CREATE TABLE shares (
    tenant_id   text NOT NULL,
    id          text NOT NULL,
    name        text COLLATE "C" NOT NULL,
    description text,
    share_type  text NOT NULL DEFAULT 'central',
    owner_id    text NOT NULL,
    is_public   boolean NOT NULL DEFAULT false,
    is_deleted  boolean NOT NULL DEFAULT false,
    quota_bytes bigint,
    settings    jsonb NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL,
    modified_at timestamptz NOT NULL,
    CONSTRAINT shares_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT shares_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT shares_type_check CHECK (share_type IN ('central', 'personal', 'project'))
);

-- Central shares are found by name; two people may each have a personal share called Documents.
CREATE UNIQUE INDEX shares_central_name_key ON shares (tenant_id, name)
    WHERE share_type = 'central' AND NOT is_deleted;

-- Folders and files in one table, because they share one name space: a unique index cannot span two tables.
-- parent_id is the folder, or the share itself at its root; never NULL, so that the root needs no special index.
-- There is no foreign key to shares or to the parent: each insert would lock that one hot row. The lock on the tree
-- (see ItemSql) keeps what the key would keep.
CREATE TABLE items (
    tenant_id     text NOT NULL,
    id            text NOT NULL,
    share_id      text NOT NULL,
    parent_id     text NOT NULL,
    kind          text NOT NULL,
    name          text COLLATE "C" NOT NULL,
    path          text COLLATE "C",
    mime_type     text,
    size_bytes    bigint,
    content_hash  text,
    version       integer,
    owner_id      text NOT NULL,
    created_by    text NOT NULL,
    modified_by   text NOT NULL,
    created_at    timestamptz NOT NULL,
    modified_at   timestamptz NOT NULL,
    is_deleted    boolean NOT NULL DEFAULT false,
    deleted_at    timestamptz,
    deleted_with  text,
    vectorized_at timestamptz,
    CONSTRAINT items_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT items_kind_check CHECK (kind IN ('folder', 'file')),
    CONSTRAINT items_name_check CHECK (
        name NOT IN ('', '.', '..') AND strpos(name, '/') = 0 AND octet_length(name) <= 255),
    -- Only folders keep a path. That of a file follows from its folder, so a rename above it need not touch it.
    CONSTRAINT items_folder_check CHECK (kind <> 'folder' OR (path IS NOT NULL AND content_hash IS NULL)),
    CONSTRAINT items_file_check CHECK (kind <> 'file' OR (
        path IS NULL AND mime_type IS NOT NULL AND size_bytes >= 0 AND length(content_hash) = 64 AND version >= 1)),
    CONSTRAINT items_path_length_check CHECK (octet_length(path) <= 32768),
    CONSTRAINT items_deleted_check CHECK (is_deleted = (deleted_at IS NOT NULL) AND is_deleted = (deleted_with IS NOT NULL))
) WITH (fillfactor = 90); -- room for vectorized_at to change in place

CREATE UNIQUE INDEX items_live_name_key ON items (tenant_id, parent_id, name) WHERE NOT is_deleted;

-- A page of children in the order it is shown: folders first, then by name. The id is in it so that what lies before the
-- page is passed over in the index alone.
CREATE INDEX items_children_idx ON items (tenant_id, parent_id, is_deleted, kind DESC, name) INCLUDE (id);

COMMENT ON COLUMN items.deleted_with IS 'The item whose deletion took this one along; its own id at the top.';
COMMENT ON COLUMN items.vectorized_at IS 'When the present content got its vectors; empty again after a new version.';

CREATE VIEW folders AS
SELECT tenant_id, id, share_id, nullif(parent_id, share_id) AS parent_id, name, path,
       owner_id, created_by, modified_by, created_at, modified_at, is_deleted
FROM items
WHERE kind = 'folder';

CREATE VIEW files AS
SELECT i.tenant_id, i.id, i.share_id, nullif(i.parent_id, i.share_id) AS folder_id, i.name,
       coalesce(p.path, '') || '/' || i.name AS path, i.mime_type, i.size_bytes, i.content_hash, i.version,
       i.owner_id, i.created_by, i.modified_by, i.created_at, i.modified_at, i.is_deleted, i.vectorized_at
FROM items i
LEFT JOIN items p ON p.tenant_id = i.tenant_id AND p.id = i.parent_id
WHERE i.kind = 'file';
