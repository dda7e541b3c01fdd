-- How many jobs of each lane are in each state. Whoever changes a job's state adds a row of differences in the same
-- transaction; they are folded into queue.tally in small steps. The sum of both is exact at every commit.
CREATE SEQUENCE queue.tally_seq AS bigint CACHE 1;

CREATE TABLE queue.tally_change (
    seq       bigint      NOT NULL DEFAULT nextval('queue.tally_seq'),
    lane      integer     NOT NULL,
    at        timestamptz NOT NULL DEFAULT now(),
    available integer     NOT NULL DEFAULT 0,
    scheduled integer     NOT NULL DEFAULT 0,
    retryable integer     NOT NULL DEFAULT 0,
    running   integer     NOT NULL DEFAULT 0,
    discarded integer     NOT NULL DEFAULT 0,
    -- Completed and cancelled jobs that are still kept.
    finished  integer     NOT NULL DEFAULT 0,
    -- Attempts that ended, by how: never taken back.
    completed_attempts integer NOT NULL DEFAULT 0,
    cancelled_attempts integer NOT NULL DEFAULT 0,
    failed_attempts    integer NOT NULL DEFAULT 0,
    busy_ms   double precision NOT NULL DEFAULT 0,
    CONSTRAINT tally_change_pk PRIMARY KEY (seq)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

CREATE TABLE queue.tally (
    lane      integer NOT NULL,
    available bigint  NOT NULL DEFAULT 0,
    scheduled bigint  NOT NULL DEFAULT 0,
    retryable bigint  NOT NULL DEFAULT 0,
    running   bigint  NOT NULL DEFAULT 0,
    discarded bigint  NOT NULL DEFAULT 0,
    finished  bigint  NOT NULL DEFAULT 0,
    CONSTRAINT tally_pk PRIMARY KEY (lane)
) WITH (fillfactor = 50);

-- Every change at or below this number has been folded and is gone.
CREATE TABLE queue.tally_mark (folded bigint NOT NULL) WITH (fillfactor = 10);
INSERT INTO queue.tally_mark (folded) VALUES (0);

-- What ended in each minute, from the same changes. Kept for a day.
CREATE TABLE queue.throughput (
    minute    timestamptz NOT NULL,
    lane      integer     NOT NULL,
    completed bigint      NOT NULL DEFAULT 0,
    cancelled bigint      NOT NULL DEFAULT 0,
    failed    bigint      NOT NULL DEFAULT 0,
    busy_ms   double precision NOT NULL DEFAULT 0,
    CONSTRAINT throughput_pk PRIMARY KEY (minute, lane)
) WITH (fillfactor = 50);

-- The counts as of this snapshot, one row per lane that has any.
CREATE VIEW queue.tally_now AS
SELECT lane, sum(available)::bigint AS available, sum(scheduled)::bigint AS scheduled, sum(retryable)::bigint AS retryable,
       sum(running)::bigint AS running, sum(discarded)::bigint AS discarded, sum(finished)::bigint AS finished
FROM (
    SELECT lane, available, scheduled, retryable, running, discarded, finished FROM queue.tally
    UNION ALL
    SELECT lane, available, scheduled, retryable, running, discarded, finished FROM queue.tally_change
    WHERE seq > (SELECT folded FROM queue.tally_mark)
) AS part
GROUP BY lane;

-- What operators decide about all lanes that carry a key: queue:high, tenant:tnt_..., connector:cnn_..., kind:embed-text,
-- key:... (a job's own limit key). A rule that says nothing any more is deleted.
CREATE TABLE queue.rule (
    key             text COLLATE "C" NOT NULL,
    -- Share against other tenants, or against the other connectors of a tenant. Only for those two; 1 when absent.
    weight          double precision,
    -- Jobs running at once in the whole fleet.
    max_running     integer,
    -- Starts per period, saved up to the burst.
    rate_count      integer,
    rate_period     interval,
    rate_burst      integer,
    tokens          double precision,
    refilled_at     timestamptz,
    paused_at       timestamptz,
    paused_until    timestamptz,
    paused_by       text,
    pause_reason    text,
    -- Set by a handler that was told to wait, such as by Retry-After.
    throttled_until timestamptz,
    throttle_reason text,
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT rule_pk PRIMARY KEY (key),
    CONSTRAINT rule_key_known CHECK (key ~ '^(queue|tenant|connector|kind|key):.+$'),
    CONSTRAINT rule_weight_positive CHECK (weight > 0 AND weight <= 1000),
    CONSTRAINT rule_max_running_positive CHECK (max_running > 0),
    CONSTRAINT rule_rate_whole CHECK ((rate_count IS NULL) = (rate_period IS NULL) AND (rate_count IS NULL) = (rate_burst IS NULL)),
    CONSTRAINT rule_rate_positive CHECK (rate_count > 0 AND rate_period > interval '0' AND rate_burst > 0)
) WITH (fillfactor = 50);
