CREATE SCHEMA IF NOT EXISTS queue;

-- Explicit, because bulk enqueue numbers jobs in the caller's order but inserts them in the order of their unique keys.
CREATE SEQUENCE queue.job_id AS bigint CACHE 1;

-- A lease number is never used twice, so it tells two claims of one job apart even when no attempt was counted between them.
CREATE SEQUENCE queue.lease_number AS bigint CACHE 1;

CREATE TABLE queue.job (
    tenant_id     text        NOT NULL,
    id            bigint      NOT NULL DEFAULT nextval('queue.job_id'),
    queue         text        NOT NULL,
    kind          text        NOT NULL,
    state         text        NOT NULL,
    -- json, not jsonb: the queue never looks inside, and keeps what the producer wrote.
    args          json        NOT NULL,
    subject_id    text,
    connector     text,
    unique_key    text,
    attempt       integer     NOT NULL DEFAULT 0,
    max_attempts  integer     NOT NULL,
    -- When the job may run, and its place in the queue. A rescued or handed-back job keeps it, a retry gets a new one.
    run_at        timestamptz NOT NULL DEFAULT now(),
    created_at    timestamptz NOT NULL DEFAULT now(),
    started_at    timestamptz,
    finished_at   timestamptz,
    -- The holder of the newest claim. Both stay after the end, so that a row tells who did it; a waiting job has neither.
    worker_id     text,
    lease         bigint,
    wait_reason   text,
    error_code    text,
    error_message text,
    -- Set on a running job that somebody asked to cancel; whatever ends the run then ends the job.
    cancel_code   text,
    cancel_reason text,
    CONSTRAINT job_pk PRIMARY KEY (tenant_id, id),
    CONSTRAINT job_queue_known CHECK (queue IN ('high', 'low')),
    CONSTRAINT job_state_known CHECK (state IN
        ('available', 'scheduled', 'running', 'retryable', 'completed', 'cancelled', 'discarded')),
    CONSTRAINT job_attempts_bounded CHECK (attempt >= 0 AND attempt <= max_attempts AND max_attempts > 0),
    CONSTRAINT job_running_is_held CHECK (state <> 'running' OR (worker_id IS NOT NULL AND lease IS NOT NULL)),
    CONSTRAINT job_waiting_is_free CHECK (state NOT IN ('available', 'scheduled', 'retryable') OR (worker_id IS NULL AND lease IS NULL)),
    CONSTRAINT job_finished_has_a_time CHECK ((finished_at IS NOT NULL) = (state IN ('completed', 'cancelled', 'discarded')))
) WITH (
    -- Every claim and every outcome leaves a dead row behind; a table of millions must not wait for a fifth of it.
    autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 2000,
    autovacuum_analyze_scale_factor = 0.05
);

-- The claim, the depth and the oldest age read this index alone; a finished row is never in it.
CREATE INDEX job_waiting ON queue.job (queue, run_at, id) INCLUDE (state)
    WHERE state IN ('available', 'scheduled', 'retryable');

-- Rescue and reconciliation ask for the jobs of one worker.
CREATE INDEX job_running ON queue.job (worker_id) INCLUDE (queue)
    WHERE state = 'running';

-- At most one unfinished job per tenant, kind and key. One that was asked to end no longer stands for the work: what is
-- enqueued after the request must not be taken for it.
CREATE UNIQUE INDEX job_unique ON queue.job (tenant_id, kind, unique_key)
    WHERE unique_key IS NOT NULL AND cancel_code IS NULL AND state IN ('available', 'scheduled', 'running', 'retryable');

-- Listings by state. Completed rows are nearly all rows, so the primary key serves them.
CREATE INDEX job_by_state ON queue.job (tenant_id, state, id)
    WHERE state <> 'completed';

CREATE INDEX job_by_subject ON queue.job (tenant_id, subject_id, id)
    WHERE subject_id IS NOT NULL;

-- Pruning walks from the oldest finished row.
CREATE INDEX job_finished ON queue.job (finished_at, id)
    WHERE state IN ('completed', 'cancelled');

CREATE INDEX job_discarded ON queue.job (finished_at, id) INCLUDE (queue)
    WHERE state = 'discarded';
