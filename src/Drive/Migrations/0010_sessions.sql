-- Browsers that are signed in. What the cookie holds is not here, only its SHA-256: who reads this table cannot become anybody.
CREATE TABLE sessions (
    tenant_id         text        NOT NULL,
    id                text        NOT NULL,
    secret_sha256     bytea       NOT NULL,
    user_id           text        NOT NULL,
    -- Encrypted, bound to the session's id.
    access_token      text        NOT NULL,
    refresh_token     text,
    access_expires_at timestamptz NOT NULL,
    -- Somebody is fetching new tokens: a refresh token that is used twice ends the sign-in at the identity provider.
    renewing_until    timestamptz,
    created_at        timestamptz NOT NULL,
    seen_at           timestamptz NOT NULL,
    expires_at        timestamptz NOT NULL,
    CONSTRAINT sessions_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT sessions_secret_key UNIQUE (secret_sha256),
    CONSTRAINT sessions_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX sessions_user_idx ON sessions (tenant_id, user_id);
CREATE INDEX sessions_expiry_idx ON sessions (expires_at);

-- Who is suspended is signed out for good, also when the statement was typed by hand: letting them in again must not bring old sessions back.
CREATE FUNCTION end_sessions_of_suspended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM sessions WHERE tenant_id = NEW.tenant_id AND user_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER users_end_sessions AFTER UPDATE ON users FOR EACH ROW
    WHEN (NOT NEW.is_active OR NEW.status NOT IN ('active', 'pending'))
    EXECUTE FUNCTION end_sessions_of_suspended();
