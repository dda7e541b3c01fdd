-- The run over parts that missed a directory with something below it, and left the judgement to the next one: it may have moved to where
-- that run did not look. Whoever misses it again deletes it.
ALTER TABLE connectors.snapshot ADD COLUMN put_off_run_id text;
CREATE INDEX snapshot_put_off_idx ON connectors.snapshot (tenant_id, connector_id) WHERE put_off_run_id IS NOT NULL;
