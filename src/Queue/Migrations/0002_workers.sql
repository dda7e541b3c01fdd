-- One row per live worker process. Liveness is a heartbeat here, apart from how long any job runs.
-- A worker that stopped or was lost keeps its row for an hour, so that a claim which commits late is still found.
CREATE TABLE queue.worker (
    id           text COLLATE "C" NOT NULL,
    name         text        NOT NULL,
    slots        integer     NOT NULL,
    kinds        text[]      NOT NULL,
    lease_time   interval    NOT NULL,
    started_at   timestamptz NOT NULL DEFAULT now(),
    heartbeat_at timestamptz NOT NULL DEFAULT now(),
    -- Set while the worker takes nothing more and waits for what it runs.
    draining_at  timestamptz,
    ended_at     timestamptz,
    CONSTRAINT worker_pk PRIMARY KEY (id)
) WITH (fillfactor = 50);

-- One row per claim: which jobs one statement took under one lease. It finds a worker's jobs without an index over all
-- jobs that every claim would have to write. A job is held by it only while the job's own row carries the lease.
CREATE TABLE queue.claim (
    lease      bigint           NOT NULL,
    worker_id  text COLLATE "C" NOT NULL,
    tenant_ids text[]           NOT NULL,
    job_ids    bigint[]         NOT NULL,
    claimed_at timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT claim_pk PRIMARY KEY (lease)
);

CREATE INDEX claim_by_worker ON queue.claim (worker_id);
