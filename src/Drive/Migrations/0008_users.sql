-- Who looks after the tenant, and whether anybody may sign in there.
ALTER TABLE tenants ADD COLUMN partner_id   text;
ALTER TABLE tenants ADD COLUMN display_name text;
ALTER TABLE tenants ADD COLUMN status       text NOT NULL DEFAULT 'active';
ALTER TABLE tenants ADD CONSTRAINT tenants_status_check CHECK (status IN ('active', 'suspended'));
CREATE INDEX tenants_partner_idx ON tenants (partner_id, id) WHERE partner_id IS NOT NULL;

-- is_admin said what admin_role says.
ALTER TABLE users ADD COLUMN admin_role text;
ALTER TABLE users ADD CONSTRAINT users_admin_role_check CHECK (admin_role IN ('tenant_admin', 'super_admin'));
UPDATE users SET admin_role = 'tenant_admin' WHERE is_admin;
ALTER TABLE users DROP COLUMN is_admin;

ALTER TABLE users DROP CONSTRAINT users_status_check;
UPDATE users SET status = 'inactive' WHERE status = 'deactivated';
ALTER TABLE users ADD CONSTRAINT users_status_check CHECK (status IN ('active', 'pending', 'suspended', 'inactive'));

ALTER TABLE users ADD COLUMN name          text;
ALTER TABLE users ADD COLUMN last_login_at timestamptz;
ALTER TABLE users ADD COLUMN modified_at   timestamptz NOT NULL DEFAULT now();
-- When ScaiKey said what stands here: the issue time of a token, the time of an event. What is older changes nothing.
ALTER TABLE users ADD COLUMN claims_at     timestamptz NOT NULL DEFAULT '-infinity';
-- As the newest token said them, so that one look tells whether anything changed.
ALTER TABLE users ADD COLUMN token_groups  text[] NOT NULL DEFAULT '{}';
CREATE INDEX users_email_idx ON users (tenant_id, lower(email));

-- A membership stands once for everyone who says so: an admin here, the user's tokens, ScaiKey's events. Each takes back only its own.
ALTER TABLE group_members ADD COLUMN source text NOT NULL DEFAULT 'admin';
ALTER TABLE group_members ADD CONSTRAINT group_members_source_check CHECK (source IN ('admin', 'token', 'scaikey'));
ALTER TABLE group_members DROP CONSTRAINT group_members_pkey;
ALTER TABLE group_members ADD CONSTRAINT group_members_pkey PRIMARY KEY (tenant_id, group_id, member_type, member_id, source);

-- Events of ScaiKey that were applied: sent again, they change nothing. Kept longer than ScaiKey repeats itself.
CREATE TABLE scaikey_events (
    tenant_id  text        NOT NULL,
    event_id   text        NOT NULL,
    event_type text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT scaikey_events_pkey PRIMARY KEY (tenant_id, event_id)
);
CREATE INDEX scaikey_events_age_idx ON scaikey_events (applied_at);

-- The newest event applied to each user and group: an older one that arrives later is passed over, and what was deleted stays so.
CREATE TABLE scaikey_resources (
    tenant_id     text        NOT NULL,
    resource_type text        NOT NULL,
    resource_id   text        NOT NULL,
    event_at      timestamptz NOT NULL,
    is_deleted    boolean     NOT NULL,
    CONSTRAINT scaikey_resources_pkey PRIMARY KEY (tenant_id, resource_type, resource_id),
    CONSTRAINT scaikey_resources_type_check CHECK (resource_type IN ('user', 'group'))
);
