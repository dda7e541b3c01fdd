-- Text of a content, read once however many files hold that content.
CREATE TABLE search.extracted_text (
    tenant_id        text        NOT NULL,
    content_hash     text        NOT NULL,
    -- The readers that had a hand in it with their versions, such as 'mail.1+pdf.2'; few distinct values.
    pipeline_version text        NOT NULL,
    status           text        NOT NULL,
    mime_type        text        NOT NULL,
    -- What reading it took, so that reading it again can be estimated without opening it.
    pages            integer     NOT NULL,
    ocr_pages        integer     NOT NULL,
    read_ms          bigint      NOT NULL,
    ocr_ms           bigint      NOT NULL,
    -- What the document says about itself: title, author, dates, language.
    metadata         jsonb       NOT NULL,
    -- Pages as JSON, compressed by the writer.
    document         bytea       NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT extracted_text_pk PRIMARY KEY (tenant_id, content_hash)
);
ALTER TABLE search.extracted_text ALTER COLUMN document SET STORAGE EXTERNAL;
CREATE INDEX extracted_text_age_idx ON search.extracted_text (created_at);
-- Finds the distinct versions of a tenant by jumping from one to the next, and the texts of one of them.
CREATE INDEX extracted_text_version_idx ON search.extracted_text (tenant_id, pipeline_version, content_hash);
