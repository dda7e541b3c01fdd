CREATE TABLE file_versions (
    tenant_id    text NOT NULL,
    file_id      text NOT NULL,
    version      integer NOT NULL,
    id           text NOT NULL,
    content_hash text NOT NULL,
    size_bytes   bigint NOT NULL,
    mime_type    text NOT NULL,
    modified_at  timestamptz NOT NULL,
    created_by   text NOT NULL,
    created_at   timestamptz NOT NULL,
    CONSTRAINT file_versions_pkey PRIMARY KEY (tenant_id, file_id, version),
    CONSTRAINT file_versions_item_fkey FOREIGN KEY (tenant_id, file_id) REFERENCES items (tenant_id, id) ON DELETE CASCADE
);

-- Content is asked for by its hash (extraction does, because equal bytes have equal text).
CREATE INDEX file_versions_content_idx ON file_versions (tenant_id, content_hash);

-- Each version lists its own chunks. One shared list per content would save rows only for large duplicates, and would
-- make writers of equal files wait for each other's commits.
CREATE TABLE version_chunks (
    tenant_id  text NOT NULL,
    file_id    text NOT NULL,
    version    integer NOT NULL,
    ordinal    integer NOT NULL,
    chunk_hash text NOT NULL,
    size_bytes integer NOT NULL,
    CONSTRAINT version_chunks_pkey PRIMARY KEY (tenant_id, file_id, version, ordinal),
    CONSTRAINT version_chunks_version_fkey FOREIGN KEY (tenant_id, file_id, version)
        REFERENCES file_versions (tenant_id, file_id, version) ON DELETE CASCADE,
    CONSTRAINT version_chunks_hash_check CHECK (length(chunk_hash) = 64),
    CONSTRAINT version_chunks_size_check CHECK (size_bytes > 0)
);

-- Is this chunk still needed? There is no reference count: it would be a hot row, and could be wrong.
CREATE INDEX version_chunks_hash_idx ON version_chunks (tenant_id, chunk_hash);
