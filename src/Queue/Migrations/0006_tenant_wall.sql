-- What a tenant's requests may touch of the tables that are not a tenant's (see docs/adr/0014-a-second-wall-between-tenants.md).
-- All of it is by number of lane; the lanes themselves are a tenant's, and so decide about the rest.
ALTER TABLE queue.tally ENABLE ROW LEVEL SECURITY;
ALTER TABLE queue.tally_change ENABLE ROW LEVEL SECURITY;
ALTER TABLE queue.throughput ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_lanes ON queue.tally FOR SELECT TO scaidrive_tenant USING (EXISTS (SELECT FROM queue.lane WHERE lane.id = tally.lane));
CREATE POLICY own_lanes ON queue.tally_change FOR SELECT TO scaidrive_tenant USING (EXISTS (SELECT FROM queue.lane WHERE lane.id = tally_change.lane));
CREATE POLICY own_lanes ON queue.throughput FOR SELECT TO scaidrive_tenant USING (EXISTS (SELECT FROM queue.lane WHERE lane.id = throughput.lane));
-- A difference says of a lane what the same transaction did to jobs, which it could see.
CREATE POLICY own_jobs ON queue.tally_change FOR INSERT TO scaidrive_tenant WITH CHECK (true);
GRANT SELECT ON queue.tally, queue.tally_mark, queue.throughput TO scaidrive_tenant;
GRANT SELECT, INSERT ON queue.tally_change TO scaidrive_tenant;

-- A claim names jobs of several tenants; a tenant sees those that name one of its own.
ALTER TABLE queue.claim ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_jobs ON queue.claim FOR SELECT TO scaidrive_tenant USING (current_setting('scaidrive.tenant_id', true) = ANY (tenant_ids));
GRANT SELECT ON queue.claim, queue.worker TO scaidrive_tenant;

-- Rules about queues, kinds, connectors and limit keys hold jobs of several tenants back, and say so; a rule about a
-- tenant is its own.
ALTER TABLE queue.rule ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rules ON queue.rule TO scaidrive_tenant
    USING (NOT starts_with(key, 'tenant:') OR key = 'tenant:' || current_setting('scaidrive.tenant_id', true))
    WITH CHECK (NOT starts_with(key, 'tenant:') OR key = 'tenant:' || current_setting('scaidrive.tenant_id', true));
GRANT SELECT, INSERT, UPDATE, DELETE ON queue.rule TO scaidrive_tenant;
