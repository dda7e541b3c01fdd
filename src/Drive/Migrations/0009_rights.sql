-- Who has which role in a share. The owner stands in shares.owner_id alone. What has expired counts nothing; whoever asks compares with now().
CREATE TABLE share_members (
    tenant_id      text        NOT NULL,
    share_id       text        NOT NULL,
    principal_type text        NOT NULL,
    principal_id   text        NOT NULL,
    role           text        NOT NULL,
    expires_at     timestamptz,
    added_by       text        NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT share_members_pkey PRIMARY KEY (tenant_id, share_id, principal_type, principal_id),
    CONSTRAINT share_members_share_fkey FOREIGN KEY (tenant_id, share_id) REFERENCES shares (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT share_members_type_check CHECK (principal_type IN ('user', 'group')),
    CONSTRAINT share_members_role_check CHECK (role IN ('admin', 'contributor', 'reader'))
);
CREATE INDEX share_members_principal_idx ON share_members (tenant_id, principal_type, principal_id, share_id);

-- What a list of a share, folder or file says of somebody: bits 1 read, 2 write, 4 delete, 8 create, 16 share, 32 manage permissions.
-- The id of everyone is 'everyone', so that it can be part of a key.
CREATE TABLE acl_entries (
    tenant_id           text        NOT NULL,
    id                  text        NOT NULL,
    share_id            text        NOT NULL,
    resource_type       text        NOT NULL,
    resource_id         text        NOT NULL,
    principal_type      text        NOT NULL,
    principal_id        text        NOT NULL,
    allows              boolean     NOT NULL,
    permissions         integer     NOT NULL,
    inherit_to_children boolean     NOT NULL,
    created_by          text        NOT NULL,
    created_at          timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT acl_entries_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT acl_entries_resource_check CHECK (resource_type IN ('share', 'folder', 'file')),
    CONSTRAINT acl_entries_principal_check CHECK (
        principal_type IN ('user', 'group') OR (principal_type = 'everyone' AND principal_id = 'everyone')),
    CONSTRAINT acl_entries_permissions_check CHECK (permissions BETWEEN 1 AND 63)
);
CREATE UNIQUE INDEX acl_entries_resource_key ON acl_entries (tenant_id, resource_id, principal_type, principal_id, allows);
CREATE INDEX acl_entries_share_idx ON acl_entries (tenant_id, share_id);

-- Folders and files that do not inherit what is said above them.
CREATE TABLE acl_breaks (
    tenant_id     text NOT NULL,
    resource_id   text NOT NULL,
    share_id      text NOT NULL,
    resource_type text NOT NULL,
    CONSTRAINT acl_breaks_pkey PRIMARY KEY (tenant_id, resource_id),
    CONSTRAINT acl_breaks_resource_check CHECK (resource_type IN ('folder', 'file'))
);

-- Counts changes of the two tables above. Apart from version, because there may be a hundred thousand entries and a change of a group touches none.
-- Shares and their members move neither: they are read with every question.
ALTER TABLE permission_versions ADD COLUMN acl_version bigint NOT NULL DEFAULT 1;

CREATE FUNCTION move_acl_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO permission_versions AS v (tenant_id)
    SELECT DISTINCT tenant_id FROM changed ORDER BY tenant_id
    ON CONFLICT (tenant_id) DO UPDATE SET version = v.version + 1, acl_version = v.acl_version + 1;
    RETURN NULL;
END
$$;

DO $$
DECLARE
    watched text;
    event text;
BEGIN
    FOREACH watched IN ARRAY ARRAY['acl_entries', 'acl_breaks'] LOOP
        FOREACH event IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
            EXECUTE format(
                'CREATE TRIGGER %I AFTER %s ON %I REFERENCING %s TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION move_acl_version()',
                watched || '_version_' || lower(event), event, watched, CASE event WHEN 'DELETE' THEN 'OLD' ELSE 'NEW' END);
        END LOOP;
    END LOOP;
END
$$;

-- A file with entries of its own may lie below other entries now. (Moves of folders are told by the change log.)
CREATE FUNCTION move_acl_version_of_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM acl_entries WHERE tenant_id = NEW.tenant_id AND resource_id = NEW.id)
       OR EXISTS (SELECT FROM acl_breaks WHERE tenant_id = NEW.tenant_id AND resource_id = NEW.id) THEN
        UPDATE permission_versions SET version = version + 1, acl_version = acl_version + 1 WHERE tenant_id = NEW.tenant_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER items_acl_move AFTER UPDATE OF parent_id ON items FOR EACH ROW
    WHEN (NEW.kind = 'file' AND OLD.parent_id <> NEW.parent_id) EXECUTE FUNCTION move_acl_version_of_file();

-- What is gone for good needs no list. Without this they would be kept for ever.
CREATE FUNCTION forget_acls_of_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM acl_entries e JOIN gone g ON e.tenant_id = g.tenant_id AND e.share_id = g.share_id) THEN
        DELETE FROM acl_entries e USING gone g WHERE e.tenant_id = g.tenant_id AND e.resource_id = g.id;
    END IF;
    IF EXISTS (SELECT FROM acl_breaks b JOIN gone g ON b.tenant_id = g.tenant_id AND b.resource_id = g.id) THEN
        DELETE FROM acl_breaks b USING gone g WHERE b.tenant_id = g.tenant_id AND b.resource_id = g.id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER items_acl_forget AFTER DELETE ON items REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION forget_acls_of_items();

-- Whoever is gone is in no list and no share.
CREATE FUNCTION forget_principal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM share_members WHERE tenant_id = OLD.tenant_id AND principal_type = TG_ARGV[0] AND principal_id = OLD.id;
    DELETE FROM acl_entries WHERE tenant_id = OLD.tenant_id AND principal_type = TG_ARGV[0] AND principal_id = OLD.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER users_forget AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION forget_principal('user');
CREATE TRIGGER groups_forget AFTER DELETE ON groups FOR EACH ROW EXECUTE FUNCTION forget_principal('group');
CREATE INDEX acl_entries_principal_idx ON acl_entries (tenant_id, principal_type, principal_id);

-- Which folders are new, and where they went: read by each node before it answers for somebody whose rights differ by folder.
CREATE INDEX changes_folders_idx ON changes (tenant_id, number) WHERE resource_type = 'folder';
