-- Groups of users and of other groups. They may contain each other in circles: whoever follows them takes each one once.
CREATE TABLE groups (
    tenant_id  text        NOT NULL,
    id         text        NOT NULL,
    name       text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT groups_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT groups_id_key UNIQUE (id),
    CONSTRAINT groups_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);
CREATE UNIQUE INDEX groups_name_key ON groups (tenant_id, lower(name));

CREATE TABLE group_members (
    tenant_id   text NOT NULL,
    group_id    text NOT NULL,
    member_type text NOT NULL,
    member_id   text NOT NULL,
    CONSTRAINT group_members_pkey PRIMARY KEY (tenant_id, group_id, member_type, member_id),
    CONSTRAINT group_members_group_fkey FOREIGN KEY (tenant_id, group_id) REFERENCES groups (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT group_members_type_check CHECK (member_type IN ('user', 'group'))
);
CREATE INDEX group_members_member_idx ON group_members (tenant_id, member_type, member_id, group_id);

-- Who may read at a source, as its files say it: entries in the order in which they are judged, '+' allows and '-' denies, followed by the
-- source's own name of whom it means, or '*' for everybody. Whom that is in this tenant stands in source_trustees, so that another mapping
-- changes no file. Interned: files with the same entries share a row. Rows are never changed.
CREATE TABLE source_acls (
    tenant_id text   NOT NULL,
    id        bigint GENERATED ALWAYS AS IDENTITY,
    source_id text   NOT NULL,
    hash      text   NOT NULL,
    entries   text[] NOT NULL,
    CONSTRAINT source_acls_pkey PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX source_acls_hash_key ON source_acls (tenant_id, source_id, hash);

-- What a source says about all of its files at once. Both must let somebody in.
CREATE TABLE source_share_acls (
    tenant_id text   NOT NULL,
    source_id text   NOT NULL,
    entries   text[] NOT NULL,
    CONSTRAINT source_share_acls_pkey PRIMARY KEY (tenant_id, source_id)
);

-- Whom a source means by a name of its own.
CREATE TABLE source_trustees (
    tenant_id      text NOT NULL,
    source_id      text NOT NULL,
    trustee        text NOT NULL,
    principal_type text NOT NULL,
    principal_id   text,
    CONSTRAINT source_trustees_pkey PRIMARY KEY (tenant_id, source_id, trustee),
    CONSTRAINT source_trustees_principal_check CHECK (
        principal_type IN ('user', 'group', 'everyone', 'nobody') AND (principal_id IS NOT NULL) = (principal_type IN ('user', 'group')))
);
CREATE INDEX source_trustees_principal_idx ON source_trustees (tenant_id, principal_type, principal_id);

-- Moves with everything above, so that what was worked out from it is known to be current by one look. The row is locked until the commit:
-- the order of versions is that of commits.
CREATE TABLE permission_versions (
    tenant_id text   NOT NULL CONSTRAINT permission_versions_pkey PRIMARY KEY,
    version   bigint NOT NULL DEFAULT 1
);

CREATE FUNCTION move_permission_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO permission_versions AS v (tenant_id)
    SELECT DISTINCT tenant_id FROM changed ORDER BY tenant_id
    ON CONFLICT (tenant_id) DO UPDATE SET version = v.version + 1;
    RETURN NULL;
END
$$;

-- A trigger with a transition table serves one event only.
DO $$
DECLARE
    watched text;
    event text;
BEGIN
    FOREACH watched IN ARRAY ARRAY['groups', 'group_members', 'source_acls', 'source_share_acls', 'source_trustees'] LOOP
        FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
            EXECUTE format(
                'CREATE TRIGGER %I AFTER %s ON %I REFERENCING %s TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION move_permission_version()',
                watched || '_version_' || lower(event), event, watched, CASE event WHEN 'DELETE' THEN 'OLD' ELSE 'NEW' END);
        END LOOP;
    END LOOP;
END
$$;

-- Null: the source says nothing about the file, and ScaiDrive alone decides.
ALTER TABLE items ADD COLUMN source_acl_id bigint;

CREATE OR REPLACE VIEW files AS
SELECT i.tenant_id, i.id, i.share_id, nullif(i.parent_id, i.share_id) AS folder_id, i.name,
       coalesce(p.path, '') || '/' || i.name AS path, i.mime_type, i.size_bytes, i.content_hash, i.version,
       i.owner_id, i.created_by, i.modified_by, i.created_at, i.modified_at, i.is_deleted, i.vectorized_at, i.source_acl_id
FROM items i
LEFT JOIN items p ON p.tenant_id = i.tenant_id AND p.id = i.parent_id
WHERE i.kind = 'file';

ALTER TABLE changes ADD COLUMN source_acl_id bigint;
ALTER TABLE staged_changes ADD COLUMN source_acl_id bigint;
ALTER TABLE changes DROP CONSTRAINT changes_type_check;
ALTER TABLE changes ADD CONSTRAINT changes_type_check CHECK (
    change_type IN ('created', 'updated', 'renamed', 'moved', 'deleted', 'restored', 'permissions'));
