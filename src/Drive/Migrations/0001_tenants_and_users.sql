CREATE TABLE tenants (
    id          text PRIMARY KEY,
    name        text NOT NULL,
    settings    jsonb NOT NULL DEFAULT '{"max_file_size_bytes": 5368709120}',
    created_at  timestamptz NOT NULL DEFAULT now()
);

-- SELECT status, is_active FROM users WHERE id = '...' is what operators are told to type, so an id means one user
-- across all tenants.
CREATE TABLE users (
    tenant_id    text NOT NULL,
    id           text NOT NULL,
    email        text,
    display_name text NOT NULL,
    is_admin     boolean NOT NULL DEFAULT false,
    status       text NOT NULL DEFAULT 'active',
    is_active    boolean NOT NULL DEFAULT true,
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT users_id_key UNIQUE (id),
    CONSTRAINT users_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (id),
    CONSTRAINT users_status_check CHECK (status IN ('active', 'suspended', 'deactivated'))
);
