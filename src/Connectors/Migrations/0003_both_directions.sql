-- How the two sides are kept in step (SyncRules), and what lets us in, encrypted (SecretProtector).
ALTER TABLE connectors.connector
    ADD COLUMN rules jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN secret text;

-- Counters of what was written to the source; what was asked of the run. A part of a scope that ends in a slash stands for all below.
ALTER TABLE connectors.run
    ADD COLUMN sent_added bigint NOT NULL DEFAULT 0,
    ADD COLUMN sent_updated bigint NOT NULL DEFAULT 0,
    ADD COLUMN sent_moved bigint NOT NULL DEFAULT 0,
    ADD COLUMN sent_deleted bigint NOT NULL DEFAULT 0,
    ADD COLUMN sent_bytes bigint NOT NULL DEFAULT 0,
    ADD COLUMN conflicts bigint NOT NULL DEFAULT 0,
    ADD COLUMN is_dry_run boolean NOT NULL DEFAULT false,
    ADD COLUMN allowed_deletes bigint,
    ADD COLUMN scope text[];

-- Where something changed between two passes, as the source told. The next pass takes the rows along as its scope.
CREATE TABLE connectors.hint (
    tenant_id    text        NOT NULL,
    connector_id text        NOT NULL,
    scope        text        NOT NULL,
    at           timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT hint_pkey PRIMARY KEY (tenant_id, connector_id, scope)
);
