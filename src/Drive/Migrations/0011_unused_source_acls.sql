-- Lists of source_acls that no file referred to when that was last looked at, and since when. Using one again takes it away from here; what stays here
-- long enough goes. Beside source_acls, whose every change makes all rights to be worked out anew.
CREATE TABLE unused_source_acls (
    tenant_id    text        NOT NULL,
    id           bigint      NOT NULL,
    unused_since timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT unused_source_acls_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX unused_source_acls_since_idx ON unused_source_acls (tenant_id, unused_since);
