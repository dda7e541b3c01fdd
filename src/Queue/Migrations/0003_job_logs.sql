CREATE SEQUENCE queue.job_log_seq AS bigint CACHE 1;

CREATE TABLE queue.job_log (
    tenant_id text        NOT NULL,
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
    tenant_id  text        NOT NULL,
    job_id     bigint      NOT NULL,
    done       bigint      NOT NULL,
    total      bigint,
    message    text,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT job_progress_pk PRIMARY KEY (tenant_id, job_id)
) WITH (fillfactor = 50);

-- What readers see of a job.
CREATE VIEW queue.job_row AS
SELECT job.tenant_id, job.id, job.queue, job.kind, job.state, job.args, job.subject_id, job.connector,
       job.attempt, job.max_attempts, job.run_at, job.created_at, job.started_at, job.finished_at,
       job.error_code, job.error_message, job.wait_reason, job.cancel_code, job.worker_id,
       job_progress.done AS progress_done, job_progress.total AS progress_total, job_progress.message AS progress_message
FROM queue.job
LEFT JOIN queue.job_progress ON job_progress.tenant_id = job.tenant_id AND job_progress.job_id = job.id;
