-- How far the index in Weaviate has followed the log of each tenant, and who is writing to it now.
CREATE TABLE search.weaviate_index (
    tenant_id      text        NOT NULL CONSTRAINT weaviate_index_pk PRIMARY KEY,
    -- Also written into Weaviate: a server that was emptied, restored or filled from another database has another one.
    generation     uuid        NOT NULL,
    -- As in search.index_identity: a database restored from an older backup has another one.
    database_id    uuid        NOT NULL,
    schema_version integer     NOT NULL,
    -- Everything in the log up to here is in Weaviate.
    cursor         bigint      NOT NULL,
    -- While it is being built from the tables: the last file taken over. Null: complete.
    built_through  text,
    updated_at     timestamptz NOT NULL DEFAULT now()
);

-- One writer at a time. Weaviate cannot refuse a late write, so a claim outlives every request made under it.
CREATE TABLE search.weaviate_writer (
    tenant_id  text        NOT NULL CONSTRAINT weaviate_writer_pk PRIMARY KEY,
    holder     uuid        NOT NULL,
    busy_until timestamptz NOT NULL
);

-- Files that Weaviate refused again and again while it took others. They are tried again when they change and with a rebuild.
CREATE TABLE search.weaviate_refused (
    tenant_id  text        NOT NULL,
    file_id    text        NOT NULL,
    message    text        NOT NULL,
    refused_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT weaviate_refused_pk PRIMARY KEY (tenant_id, file_id)
);

-- The languages of what was sent: a query looks for its words in the form they have in each. They are not taken away again.
CREATE TABLE search.weaviate_language (
    tenant_id text NOT NULL,
    -- Empty: not known.
    language  text NOT NULL,
    CONSTRAINT weaviate_language_pk PRIMARY KEY (tenant_id, language)
);
