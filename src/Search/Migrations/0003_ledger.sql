-- The state of every file, stage by stage, and totals that never count the big tables.
CREATE TABLE search.file_status (
    tenant_id    text        NOT NULL,
    file_id      text        NOT NULL,
    content_hash text        NOT NULL,
    status       text        NOT NULL,
    reason_code  text,
    vectors      text        NOT NULL DEFAULT 'none',
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT file_status_pk PRIMARY KEY (tenant_id, file_id),
    CONSTRAINT file_status_file_fk FOREIGN KEY (tenant_id, file_id) REFERENCES search.file ON DELETE CASCADE,
    CONSTRAINT file_status_known CHECK (status IN ('pending', 'indexed', 'skipped', 'failed')),
    CONSTRAINT file_status_vectors_known CHECK (vectors IN ('none', 'pending', 'done', 'failed'))
);

CREATE TABLE search.file_stage (
    tenant_id      text        NOT NULL,
    file_id        text        NOT NULL,
    stage          text        NOT NULL,
    content_hash   text        NOT NULL,
    state          text        NOT NULL,
    reason_code    text,
    detail         text,
    engine         text,
    engine_version text,
    pages          integer,
    bytes          bigint,
    duration_ms    bigint,
    attempt        integer     NOT NULL,
    recorded_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT file_stage_pk PRIMARY KEY (tenant_id, file_id, stage),
    CONSTRAINT file_stage_status_fk FOREIGN KEY (tenant_id, file_id) REFERENCES search.file_status ON DELETE CASCADE,
    CONSTRAINT file_stage_known CHECK (stage IN ('extract', 'recognize', 'index', 'embed')),
    CONSTRAINT file_stage_state_known CHECK (state IN ('pending', 'running', 'done', 'skipped', 'failed', 'superseded'))
);

-- What becomes due when OCR is switched on.
CREATE INDEX file_stage_ocr_disabled_idx ON search.file_stage (tenant_id, file_id) WHERE state = 'skipped' AND reason_code = 'ocr_disabled';
-- What waits, for the check that somebody works on it.
CREATE INDEX file_status_waiting_idx ON search.file_status (tenant_id, file_id) WHERE status = 'pending' OR vectors = 'pending';
CREATE INDEX file_stage_waiting_idx ON search.file_stage (tenant_id, file_id) WHERE state = 'pending';

-- Writers only append here, so that no counter row is fought over; upkeep folds the deltas into search.counter.
CREATE TABLE search.counter_delta (
    tenant_id text   NOT NULL,
    id        bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    counter   text   NOT NULL,
    delta     bigint NOT NULL,
    CONSTRAINT counter_delta_pk PRIMARY KEY (tenant_id, id)
);

CREATE TABLE search.counter (
    tenant_id text   NOT NULL,
    counter   text   NOT NULL,
    value     bigint NOT NULL,
    CONSTRAINT counter_pk PRIMARY KEY (tenant_id, counter)
);

-- The counters one status row takes part in.
CREATE FUNCTION search.status_counters(status text, reason_code text, vectors text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE AS $$
    SELECT counter FROM (VALUES
        ('files'),
        ('status.' || status),
        (CASE WHEN status IN ('skipped', 'failed') THEN status || '.' || coalesce(reason_code, 'unknown') END),
        ('vectors.' || vectors)
    ) AS all_counters(counter)
    WHERE counter IS NOT NULL
$$;

CREATE FUNCTION search.count_status_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search.counter_delta (tenant_id, counter, delta)
    SELECT n.tenant_id, c, count(*)
    FROM new_rows n, search.status_counters(n.status, n.reason_code, n.vectors) c
    GROUP BY n.tenant_id, c;
    RETURN NULL;
END
$$;

CREATE FUNCTION search.count_status_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search.counter_delta (tenant_id, counter, delta)
    SELECT tenant_id, c, sum(delta)
    FROM (
        SELECT n.tenant_id, c, 1 AS delta FROM new_rows n, search.status_counters(n.status, n.reason_code, n.vectors) c
        UNION ALL
        SELECT o.tenant_id, c, -1 FROM old_rows o, search.status_counters(o.status, o.reason_code, o.vectors) c
    ) AS moves
    GROUP BY tenant_id, c
    HAVING sum(delta) <> 0;
    RETURN NULL;
END
$$;

CREATE FUNCTION search.count_status_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search.counter_delta (tenant_id, counter, delta)
    SELECT o.tenant_id, c, -count(*)
    FROM old_rows o, search.status_counters(o.status, o.reason_code, o.vectors) c
    GROUP BY o.tenant_id, c;
    RETURN NULL;
END
$$;

CREATE TRIGGER file_status_count_insert AFTER INSERT ON search.file_status
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION search.count_status_insert();
CREATE TRIGGER file_status_count_update AFTER UPDATE ON search.file_status
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION search.count_status_update();
CREATE TRIGGER file_status_count_delete AFTER DELETE ON search.file_status
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION search.count_status_delete();

-- Chunks, and chunks whose vectors are complete. New files have neither, so inserts need no trigger.
CREATE FUNCTION search.count_chunks_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search.counter_delta (tenant_id, counter, delta)
    SELECT tenant_id, counter, sum(delta)
    FROM (
        SELECT tenant_id, 'chunks' AS counter, chunk_count AS delta FROM new_rows
        UNION ALL SELECT tenant_id, 'chunks', -chunk_count FROM old_rows
        UNION ALL SELECT tenant_id, 'vectors', chunk_count FROM new_rows WHERE embedded_at IS NOT NULL
        UNION ALL SELECT tenant_id, 'vectors', -chunk_count FROM old_rows WHERE embedded_at IS NOT NULL
    ) AS moves
    GROUP BY tenant_id, counter
    HAVING sum(delta) <> 0;
    RETURN NULL;
END
$$;

CREATE FUNCTION search.count_chunks_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search.counter_delta (tenant_id, counter, delta)
    SELECT tenant_id, counter, sum(delta)
    FROM (
        SELECT tenant_id, 'chunks' AS counter, -chunk_count AS delta FROM old_rows
        UNION ALL SELECT tenant_id, 'vectors', -chunk_count FROM old_rows WHERE embedded_at IS NOT NULL
    ) AS moves
    GROUP BY tenant_id, counter
    HAVING sum(delta) <> 0;
    RETURN NULL;
END
$$;

CREATE TRIGGER file_count_update AFTER UPDATE ON search.file
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION search.count_chunks_update();
CREATE TRIGGER file_count_delete AFTER DELETE ON search.file
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION search.count_chunks_delete();
