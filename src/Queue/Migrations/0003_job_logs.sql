CREATE SEQUENCE queue.job_log_seq AS bigint CACHE 1;

CREATE TABLE queue.job_log (
    tenant_id text COLLATE "C" NOT NULL,
    job_id    bigint      NOT NULL,
    seq       bigint      NOT NULL DEFAULT nextval('queue.job_log_seq'),
    attempt   integer     NOT NULL,
    at        timestamptz NOT NULL,
    level     text        NOT NULL,
    message   text        NOT NULL,
    CONSTRAINT job_log_pk PRIMARY KEY (tenant_id, job_id, seq)
);

-- Apart from the job's row: progress changes often, and the job's row carries eight indexes.
CREATE TABLE queue.job_progress (
    tenant_id  text COLLATE "C" NOT NULL,
    job_id     bigint      NOT NULL,
    done       bigint      NOT NULL,
    total      bigint,
    message    text,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT job_progress_pk PRIMARY KEY (tenant_id, job_id)
) WITH (fillfactor = 50);

-- What readers see of a job, finished or not.
CREATE VIEW queue.job_row AS
SELECT whole.tenant_id, whole.id, lane.queue, whole.kind, whole.state, whole.args, whole.subject_id, lane.connector, lane.limit_key,
       whole.attempt, whole.max_attempts, whole.losses, whole.run_at, whole.created_at, whole.started_at, whole.finished_at,
       whole.unique_key, whole.error_code, whole.error_message, whole.wait_reason, whole.cancel_code, whole.worker_id, whole.lane, whole.lease, whole.place,
       job_progress.done AS progress_done, job_progress.total AS progress_total, job_progress.message AS progress_message
FROM (
    SELECT tenant_id, id, lane, kind, state, args, subject_id, attempt, max_attempts, losses, run_at, created_at, started_at,
           discarded_at AS finished_at, unique_key, error_code, error_message, wait_reason, cancel_code, worker_id, lease, place
    FROM queue.job
    UNION ALL
    SELECT tenant_id, id, lane, kind, state, args, subject_id, attempt, max_attempts, losses, run_at, created_at, started_at,
           finished_at, unique_key, error_code, error_message, NULL, NULL, worker_id, lease, NULL
    FROM queue.finished_job
) AS whole
JOIN queue.lane ON lane.id = whole.lane
LEFT JOIN queue.job_progress ON job_progress.tenant_id = whole.tenant_id AND job_progress.job_id = whole.id;
