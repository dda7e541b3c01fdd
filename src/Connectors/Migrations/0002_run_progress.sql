-- When a run last wrote something, by the clock of the database. A run that nobody goes on with stands out by it.
ALTER TABLE connectors.run ADD COLUMN committed_at timestamptz NOT NULL DEFAULT now();
UPDATE connectors.run SET committed_at = coalesce(finished_at, started_at);
