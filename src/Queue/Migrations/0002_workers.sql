-- One row per live worker process. Liveness is a heartbeat here, apart from how long any job runs.
-- A worker that stopped or was lost keeps its row for an hour, so that a claim which commits late is still found.
CREATE TABLE queue.worker (
    id           text        NOT NULL,
    name         text        NOT NULL,
    slots        integer     NOT NULL,
    kinds        text[]      NOT NULL,
    lease_time   interval    NOT NULL,
    started_at   timestamptz NOT NULL DEFAULT now(),
    heartbeat_at timestamptz NOT NULL DEFAULT now(),
    ended_at     timestamptz,
    CONSTRAINT worker_pk PRIMARY KEY (id)
) WITH (fillfactor = 50);
