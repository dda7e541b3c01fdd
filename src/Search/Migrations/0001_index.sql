-- What is searchable, as the truth that every local index follows.
CREATE SCHEMA IF NOT EXISTS search;

-- Tells one database from another: a local index that followed another database starts over.
-- After restoring an older backup, give this row a new id.
CREATE TABLE search.index_identity (
    only_row boolean NOT NULL DEFAULT true CONSTRAINT index_identity_pk PRIMARY KEY,
    id       uuid    NOT NULL DEFAULT gen_random_uuid(),
    CONSTRAINT index_identity_one_row CHECK (only_row)
);
INSERT INTO search.index_identity DEFAULT VALUES;

CREATE SEQUENCE search.index_number;
CREATE SEQUENCE search.content_revision;

CREATE TABLE search.file (
    tenant_id      text        NOT NULL,
    file_id        text        NOT NULL,
    share_id       text        NOT NULL,
    folder_id      text,
    name           text        NOT NULL,
    path           text        NOT NULL,
    mime_type      text        NOT NULL,
    size_bytes     bigint      NOT NULL,
    modified_at    timestamptz NOT NULL,
    content_hash   text        NOT NULL,
    version        integer     NOT NULL,
    -- The content the chunks were cut from. Differs from content_hash while a newer version waits to be indexed.
    chunks_hash    text,
    chunk_count    integer     NOT NULL DEFAULT 0,
    -- Hash of the text the chunks were cut from: the same text, read again, need not be cut again.
    text_hash      text,
    -- Language of the text, ISO 639-1, by which its words are stemmed. Null: not known.
    language       text,
    indexed_at     timestamptz,
    -- When the chunks last got complete vectors of some model (search.file_vectors); null while they have none.
    embedded_at    timestamptz,
    -- Moves with chunks and vectors, not with names: a rename is followed without reading the text again.
    revision       bigint      NOT NULL DEFAULT 0,
    CONSTRAINT file_pk PRIMARY KEY (tenant_id, file_id)
);
CREATE INDEX file_content_idx ON search.file (tenant_id, content_hash, file_id);

CREATE TABLE search.text_chunk (
    tenant_id      text    NOT NULL,
    file_id        text    NOT NULL,
    chunk_index    integer NOT NULL,
    page           integer NOT NULL,
    last_page      integer,
    section        text,
    text           text    NOT NULL,
    -- UTF-16 units at the start of the text that repeat the end of the chunk before.
    overlap_length integer NOT NULL,
    -- What is embedded before the text: the document's title and the heading above. Null: nothing.
    context        text,
    -- Tokens of context and text as the local model counts them, for estimates and budgets.
    tokens         integer NOT NULL,
    -- Of context and text: the key of the vector.
    hash           text    NOT NULL,
    CONSTRAINT text_chunk_pk PRIMARY KEY (tenant_id, file_id, chunk_index),
    CONSTRAINT text_chunk_file_fk FOREIGN KEY (tenant_id, file_id) REFERENCES search.file ON DELETE CASCADE
);
CREATE INDEX text_chunk_hash_idx ON search.text_chunk (tenant_id, hash);

-- The models of which every chunk of a file has its vector. Several while one index is being built beside another.
CREATE TABLE search.file_vectors (
    tenant_id   text        NOT NULL,
    file_id     text        NOT NULL,
    model       text        NOT NULL,
    embedded_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT file_vectors_pk PRIMARY KEY (tenant_id, file_id, model),
    CONSTRAINT file_vectors_file_fk FOREIGN KEY (tenant_id, file_id) REFERENCES search.file ON DELETE CASCADE
);
CREATE INDEX file_vectors_model_idx ON search.file_vectors (tenant_id, model, file_id);

-- One vector per text and model, whichever files contain that text. Little-endian float32; empty when the provider refuses the text.
CREATE TABLE search.vector (
    tenant_id  text        NOT NULL,
    model      text        NOT NULL,
    chunk_hash text        NOT NULL,
    vector     bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT vector_pk PRIMARY KEY (tenant_id, model, chunk_hash)
);
-- Floats do not compress; trying only costs time.
ALTER TABLE search.vector ALTER COLUMN vector SET STORAGE EXTERNAL;

-- "File X changed", nothing more: a follower reads the present state, so that following twice is harmless.
CREATE TABLE search.index_log (
    tenant_id text        NOT NULL,
    number    bigint      NOT NULL,
    file_id   text        NOT NULL,
    logged_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT index_log_pk PRIMARY KEY (tenant_id, number)
);
CREATE INDEX index_log_age_idx ON search.index_log (logged_at);

-- Tenants that have an index, and how far their log has been cut off.
CREATE TABLE search.index_tenant (
    tenant_id      text   NOT NULL CONSTRAINT index_tenant_pk PRIMARY KEY,
    pruned_through bigint NOT NULL DEFAULT 0
);

-- Deferred, so that it runs inside COMMIT when every row lock of the transaction is already held: the tenant's lock is
-- the last one taken, cannot take part in a deadlock, is held for microseconds, and makes number order the commit order.
CREATE FUNCTION search.log_file_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed search.file;
BEGIN
    IF TG_OP = 'DELETE' THEN changed := OLD; ELSE changed := NEW; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('search.index_log ' || changed.tenant_id, 0));
    INSERT INTO search.index_tenant (tenant_id) VALUES (changed.tenant_id) ON CONFLICT DO NOTHING;
    INSERT INTO search.index_log (tenant_id, number, file_id)
    VALUES (changed.tenant_id, nextval('search.index_number'), changed.file_id);
    PERFORM pg_notify('search_index', changed.tenant_id);
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER file_log_change
    AFTER INSERT OR UPDATE OR DELETE ON search.file
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION search.log_file_change();
