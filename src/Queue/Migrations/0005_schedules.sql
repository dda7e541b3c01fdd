-- What enqueues a job again and again. A schedule is due when next_fire_at has come, by this server's clock and no other.
-- Whoever fires it enqueues the job and moves next_fire_at in one transaction, with the row locked.
CREATE TABLE queue.schedule (
    tenant_id         text COLLATE "C" NOT NULL,
    id                text COLLATE "C" NOT NULL,
    name              text COLLATE "C" NOT NULL,
    -- What keeps it in step with itself, such as a connector; null for one that people keep.
    owner_id          text COLLATE "C",
    -- The job that a fire enqueues.
    kind              text COLLATE "C" NOT NULL,
    args              json        NOT NULL,
    queue             text COLLATE "C" NOT NULL,
    connector         text COLLATE "C",
    subject_id        text COLLATE "C",
    limit_key         text COLLATE "C",
    -- Shared with jobs from elsewhere; null: every fire has a key of its own.
    unique_key        text COLLATE "C",
    max_attempts      integer     NOT NULL,
    -- When: anchor_at + n * every, or the cron expression in the time zone; from start_at on, before end_at.
    every             interval,
    cron              text,
    time_zone         text        NOT NULL,
    start_at          timestamptz,
    end_at            timestamptz,
    anchor_at         timestamptz NOT NULL,
    misfire           text COLLATE "C" NOT NULL,
    misfire_tolerance interval    NOT NULL,
    overlap           text COLLATE "C" NOT NULL,
    -- Null when nothing is to come: the schedule has ended, or is paused without an end.
    next_fire_at      timestamptz,
    -- The time the last job stands for, which may be earlier than the moment it was enqueued.
    last_fire_at      timestamptz,
    last_job_id       bigint,
    last_skip_at      timestamptz,
    last_skip_reason  text,
    -- Why the last try to fire failed, and not before when it is tried again. next_fire_at stays.
    fault             text,
    fault_until       timestamptz,
    paused_at         timestamptz,
    paused_until      timestamptz,
    paused_by         text,
    pause_reason      text,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT schedule_pk PRIMARY KEY (tenant_id, id),
    CONSTRAINT schedule_name_taken UNIQUE (tenant_id, name),
    CONSTRAINT schedule_owner_has_one UNIQUE (tenant_id, owner_id),
    CONSTRAINT schedule_queue_known CHECK (queue IN ('high', 'low')),
    CONSTRAINT schedule_one_timing CHECK ((every IS NULL) <> (cron IS NULL)),
    CONSTRAINT schedule_every_positive CHECK (every > interval '0'),
    CONSTRAINT schedule_misfire_known CHECK (misfire IN ('fire_once', 'fire_all', 'skip')),
    CONSTRAINT schedule_overlap_known CHECK (overlap IN ('skip', 'queue_up')),
    CONSTRAINT schedule_attempts_positive CHECK (max_attempts > 0),
    CONSTRAINT schedule_paused_waits CHECK (paused_at IS NULL OR paused_until IS NOT NULL OR next_fire_at IS NULL)
) WITH (fillfactor = 70);

-- However many schedules there are, only those that are due are read.
CREATE INDEX schedule_due ON queue.schedule (next_fire_at) WHERE next_fire_at IS NOT NULL;

-- What readers see of a schedule. A pause whose end has passed is over, though nobody has touched the row yet.
CREATE VIEW queue.schedule_row AS
SELECT tenant_id, id, name, owner_id, kind, args, queue, connector, subject_id, limit_key, unique_key, max_attempts,
       every, cron, time_zone, start_at, end_at, anchor_at, misfire, misfire_tolerance, overlap,
       CASE WHEN is_paused THEN 'paused' WHEN next_fire_at IS NULL THEN 'ended' ELSE 'active' END AS state,
       next_fire_at, last_fire_at, last_job_id, last_skip_at, last_skip_reason, fault,
       CASE WHEN is_paused THEN paused_at END AS paused_at, CASE WHEN is_paused THEN paused_until END AS paused_until,
       CASE WHEN is_paused THEN paused_by END AS paused_by, CASE WHEN is_paused THEN pause_reason END AS pause_reason,
       created_at, updated_at
FROM (
    SELECT *, paused_at IS NOT NULL AND (paused_until IS NULL OR paused_until > now()) AS is_paused
    FROM queue.schedule
) AS schedule;
