-- Text of a content, extracted once per pipeline version however many files hold that content.
CREATE TABLE search.extracted_text (
    tenant_id        text        NOT NULL,
    content_hash     text        NOT NULL,
    pipeline_version text        NOT NULL,
    status           text        NOT NULL,
    mime_type        text        NOT NULL,
    -- JSON, compressed by the writer.
    document         bytea       NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT extracted_text_pk PRIMARY KEY (tenant_id, content_hash, pipeline_version)
);
ALTER TABLE search.extracted_text ALTER COLUMN document SET STORAGE EXTERNAL;
CREATE INDEX extracted_text_age_idx ON search.extracted_text (created_at);
