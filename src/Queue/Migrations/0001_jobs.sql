CREATE SCHEMA IF NOT EXISTS queue;

-- Numbers of jobs, and their places in line. One sequence for both: a new job's place is its number.
CREATE SEQUENCE queue.job_id AS bigint CACHE 1;

-- A lease number is never used twice, so it tells two claims of one job apart even when no attempt was counted between them.
CREATE SEQUENCE queue.lease_number AS bigint CACHE 1;

CREATE SEQUENCE queue.lane_id AS integer CACHE 1;

-- A lane is a line of jobs that are all alike in whatever decides whether and when they run. Fairness chooses among
-- lanes; pauses, limits and a worker's kinds open or close whole lanes; inside a lane the first in line goes first.
CREATE TABLE queue.lane (
    id        integer            NOT NULL DEFAULT nextval('queue.lane_id'),
    tenant_id text COLLATE "C"   NOT NULL,
    queue     text COLLATE "C"   NOT NULL,
    kind      text COLLATE "C"   NOT NULL,
    connector text COLLATE "C",
    limit_key text COLLATE "C",
    -- What rules are about; see queue.rule.
    keys      text[] COLLATE "C" NOT NULL GENERATED ALWAYS AS (array_remove(ARRAY[
        'queue:' || queue, 'tenant:' || tenant_id, 'kind:' || kind, 'connector:' || connector, 'key:' || limit_key], NULL)) STORED,
    -- No job at or below this place will ever be taken again: where a reader that knows nothing starts to look.
    floor     bigint             NOT NULL DEFAULT 0,
    CONSTRAINT lane_pk PRIMARY KEY (id),
    CONSTRAINT lane_is_one_line UNIQUE NULLS NOT DISTINCT (tenant_id, queue, kind, connector, limit_key),
    CONSTRAINT lane_queue_known CHECK (queue IN ('high', 'low'))
);

CREATE INDEX lane_by_key ON queue.lane USING gin (keys);

-- Finds the lane, or makes it. In a transaction that is rolled back the lane goes with it.
CREATE FUNCTION queue.lane_of(of_tenant text, of_queue text, of_kind text, of_connector text, of_limit_key text) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    found_id integer;
BEGIN
    LOOP
        SELECT id INTO found_id FROM queue.lane
        WHERE tenant_id = of_tenant AND queue = of_queue AND kind = of_kind
          AND connector IS NOT DISTINCT FROM of_connector AND limit_key IS NOT DISTINCT FROM of_limit_key;
        IF found_id IS NOT NULL THEN
            RETURN found_id;
        END IF;
        -- Waits for another transaction that makes the same lane, then looks again.
        INSERT INTO queue.lane (tenant_id, queue, kind, connector, limit_key)
        VALUES (of_tenant, of_queue, of_kind, of_connector, of_limit_key)
        ON CONFLICT DO NOTHING;
    END LOOP;
END $$;

-- Unfinished and discarded jobs. A job that is completed or cancelled moves to queue.finished_job.
CREATE TABLE queue.job (
    tenant_id     text COLLATE "C" NOT NULL,
    id            bigint      NOT NULL DEFAULT nextval('queue.job_id'),
    lane          integer     NOT NULL,
    kind          text COLLATE "C" NOT NULL,
    state         text COLLATE "C" NOT NULL,
    -- The place in its lane; lower goes first. Set while available or running. Below zero are jobs that were given back
    -- without having run to an end: they stand before the backlog, in the order they had.
    place         bigint,
    lease         bigint,
    worker_id     text COLLATE "C",
    attempt       integer     NOT NULL DEFAULT 0,
    max_attempts  integer     NOT NULL,
    -- How many workers died with it. Such jobs run one at a time in a worker, so that a deadly one is found out.
    losses        integer     NOT NULL DEFAULT 0,
    -- When the job may run or might have; an available job has waited since then.
    run_at        timestamptz NOT NULL DEFAULT now(),
    created_at    timestamptz NOT NULL DEFAULT now(),
    started_at    timestamptz,
    discarded_at  timestamptz,
    -- True while no other job of its tenant, kind and unique key may be added.
    holds_key     boolean     NOT NULL DEFAULT false,
    unique_key    text COLLATE "C",
    subject_id    text COLLATE "C",
    -- json, not jsonb: the queue never looks inside, and keeps what the producer wrote.
    args          json        NOT NULL,
    wait_reason   text,
    error_code    text COLLATE "C",
    error_message text,
    -- Set on a running job that somebody asked to cancel; whatever ends the run then ends the job.
    cancel_code   text,
    cancel_reason text,
    CONSTRAINT job_pk PRIMARY KEY (tenant_id, id),
    CONSTRAINT job_state_known CHECK (state IN ('available', 'scheduled', 'running', 'retryable', 'discarded')),
    CONSTRAINT job_attempts_bounded CHECK (attempt >= 0 AND attempt <= max_attempts AND max_attempts > 0),
    CONSTRAINT job_running_is_held CHECK ((state = 'running') = (lease IS NOT NULL) AND (lease IS NULL OR worker_id IS NOT NULL)),
    CONSTRAINT job_waiting_is_free CHECK (worker_id IS NULL OR state IN ('running', 'discarded')),
    CONSTRAINT job_in_line_has_a_place CHECK ((place IS NOT NULL) = (state IN ('available', 'running'))),
    CONSTRAINT job_discarded_has_a_time CHECK ((discarded_at IS NOT NULL) = (state = 'discarded')),
    CONSTRAINT job_key_to_hold CHECK (NOT holds_key OR unique_key IS NOT NULL)
) WITH (
    -- A claim changes no column that an index reads. With room on the page it then writes no index (half as much work,
    -- measured), and the room is free again once the job has left.
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 5000,
    autovacuum_analyze_scale_factor = 0.05
);

-- The claim walks one lane from a place it knows, so that it meets neither dead rows nor rows that others took.
CREATE INDEX job_in_line ON queue.job (lane, place) WHERE place IS NOT NULL;

-- What waits for its time.
CREATE INDEX job_due ON queue.job (run_at, id) WHERE place IS NULL AND discarded_at IS NULL;

-- At most one unfinished job per tenant, kind and key. One that was asked to end no longer stands for the work: what is
-- enqueued after the request must not be taken for it.
CREATE UNIQUE INDEX job_unique ON queue.job (tenant_id, kind, unique_key) WHERE holds_key;

CREATE INDEX job_by_lane ON queue.job (lane, id);
CREATE INDEX job_by_subject ON queue.job (tenant_id, subject_id, id) WHERE subject_id IS NOT NULL;
CREATE INDEX job_by_error ON queue.job (tenant_id, error_code, id) WHERE error_code IS NOT NULL;
CREATE INDEX job_discarded ON queue.job (tenant_id, id) WHERE discarded_at IS NOT NULL;
CREATE INDEX job_discarded_since ON queue.job (discarded_at, id) WHERE discarded_at IS NOT NULL;

-- Completed and cancelled jobs, which nothing but pruning and a retry by hand touches again.
CREATE TABLE queue.finished_job (
    tenant_id     text COLLATE "C" NOT NULL,
    id            bigint      NOT NULL,
    lane          integer     NOT NULL,
    kind          text COLLATE "C" NOT NULL,
    state         text COLLATE "C" NOT NULL,
    lease         bigint,
    worker_id     text COLLATE "C",
    attempt       integer     NOT NULL,
    max_attempts  integer     NOT NULL,
    losses        integer     NOT NULL,
    run_at        timestamptz NOT NULL,
    created_at    timestamptz NOT NULL,
    started_at    timestamptz,
    finished_at   timestamptz NOT NULL,
    unique_key    text COLLATE "C",
    subject_id    text COLLATE "C",
    args          json        NOT NULL,
    error_code    text COLLATE "C",
    error_message text,
    CONSTRAINT finished_job_state_known CHECK (state IN ('completed', 'cancelled'))
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

CREATE INDEX finished_job_by_id ON queue.finished_job (tenant_id, id);
CREATE INDEX finished_job_by_lane ON queue.finished_job (lane, id);
CREATE INDEX finished_job_by_age ON queue.finished_job (finished_at);
CREATE INDEX finished_job_by_subject ON queue.finished_job (tenant_id, subject_id, id) WHERE subject_id IS NOT NULL;
CREATE INDEX finished_job_cancelled ON queue.finished_job (tenant_id, id) WHERE state = 'cancelled';
CREATE INDEX finished_job_by_error ON queue.finished_job (tenant_id, error_code, id) WHERE error_code IS NOT NULL;
