-- What the last comparison of a tenant's index with its drive found and mended.
CREATE TABLE search.index_check (
    tenant_id   text        NOT NULL CONSTRAINT index_check_pk PRIMARY KEY,
    started_at  timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    files       bigint      NOT NULL,
    -- Kind of drift to number of files.
    drift       jsonb       NOT NULL
);
