-- Who turns text into vectors, which files are treated how, and which models answer.
CREATE TABLE search.provider (
    tenant_id              text        NOT NULL,
    id                     text        NOT NULL,
    name                   text        NOT NULL,
    type                   text        NOT NULL,
    endpoint               text,
    -- Encrypted by the process; never returned.
    api_key                text,
    model                  text        NOT NULL,
    dimensions             integer     NOT NULL,
    max_tokens_per_request integer,
    ocr                    boolean     NOT NULL DEFAULT false,
    is_default             boolean     NOT NULL DEFAULT false,
    -- Its place among those that stand in for a failing provider of the same model; null: it never does.
    fallback_order         integer,
    cost_per_million_tokens numeric,
    created_at             timestamptz NOT NULL DEFAULT now(),
    updated_at             timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT provider_pk PRIMARY KEY (tenant_id, id),
    CONSTRAINT provider_name_unique UNIQUE (tenant_id, name),
    CONSTRAINT provider_dimensions_positive CHECK (dimensions > 0)
);
CREATE UNIQUE INDEX provider_one_default ON search.provider (tenant_id) WHERE is_default;

CREATE TABLE search.policy (
    tenant_id     text        NOT NULL,
    id            text        NOT NULL,
    name          text        NOT NULL,
    -- The first policy that matches decides; the default policy matches everything and stands last.
    position      integer     NOT NULL,
    share_id      text,
    path_prefix   text,
    mime_pattern  text,
    index_content boolean     NOT NULL DEFAULT true,
    semantic      boolean     NOT NULL DEFAULT true,
    -- Null: as the provider says.
    ocr           boolean,
    -- Null: the default provider.
    provider_id   text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT policy_pk PRIMARY KEY (tenant_id, id),
    CONSTRAINT policy_name_unique UNIQUE (tenant_id, name),
    CONSTRAINT policy_provider_fk FOREIGN KEY (tenant_id, provider_id) REFERENCES search.provider (tenant_id, id)
);

-- The vectors of one model are a space of their own: only vectors of one model can be compared. 'building': it takes in
-- vectors beside the serving ones until every file has its own, then it is swapped in. A tenant without rows has no vectors.
CREATE TABLE search.vector_space (
    tenant_id   text        NOT NULL,
    model       text        NOT NULL,
    -- Who embeds the queries.
    provider_id text        NOT NULL,
    state       text        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT vector_space_pk PRIMARY KEY (tenant_id, model),
    CONSTRAINT vector_space_provider_fk FOREIGN KEY (tenant_id, provider_id) REFERENCES search.provider (tenant_id, id),
    CONSTRAINT vector_space_state_known CHECK (state IN ('building', 'serving'))
);
