-- How providers do. One row each, written when that changes or is looked at, never per request.
CREATE TABLE search.provider_state (
    tenant_id   text        NOT NULL,
    provider_id text        NOT NULL,
    status      text        NOT NULL DEFAULT 'unknown',
    code        text,
    message     text,
    -- Who embeds in its place while it fails.
    stand_in_id text,
    checked_at  timestamptz NOT NULL DEFAULT now(),
    changed_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT provider_state_pk PRIMARY KEY (tenant_id, provider_id),
    CONSTRAINT provider_state_provider_fk FOREIGN KEY (tenant_id, provider_id) REFERENCES search.provider (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT provider_state_known CHECK (status IN ('unknown', 'up', 'down'))
);

-- What each process counted in a minute: appended, added up when somebody looks, kept for a day.
CREATE TABLE search.provider_sample (
    tenant_id   text        NOT NULL,
    provider_id text        NOT NULL,
    id          bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    sampled_at  timestamptz NOT NULL DEFAULT now(),
    requests    bigint      NOT NULL,
    failures    bigint      NOT NULL,
    -- Answered with a wish to wait.
    throttled   bigint      NOT NULL,
    texts       bigint      NOT NULL,
    tokens      bigint      NOT NULL,
    -- Answered requests by time taken, in steps that grow by a quarter from one millisecond on.
    latencies   bigint[]    NOT NULL,
    CONSTRAINT provider_sample_pk PRIMARY KEY (tenant_id, provider_id, id),
    CONSTRAINT provider_sample_provider_fk FOREIGN KEY (tenant_id, provider_id) REFERENCES search.provider (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX provider_sample_age_idx ON search.provider_sample (sampled_at);
