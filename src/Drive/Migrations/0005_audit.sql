-- What happened that somebody may have to answer for. Written in the transaction of what happened; never changed.
CREATE TABLE audit_event (
    tenant_id   text        NOT NULL,
    id          text        NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    category    text        NOT NULL,
    action      text        NOT NULL,
    severity    text        NOT NULL,
    -- Null: the system itself.
    actor_id    text,
    target_type text,
    target_id   text,
    details     jsonb       NOT NULL DEFAULT '{}',
    CONSTRAINT audit_event_pk PRIMARY KEY (tenant_id, id),
    CONSTRAINT audit_event_category_known CHECK (category IN
        ('AUTHENTICATION', 'AUTHORIZATION', 'FILE_ACCESS', 'FILE_MODIFICATION', 'SHARING', 'ADMIN', 'SECURITY', 'COMPLIANCE')),
    CONSTRAINT audit_event_severity_known CHECK (severity IN ('info', 'warning', 'critical'))
);
CREATE INDEX audit_event_target_idx ON audit_event (tenant_id, target_id, id) WHERE target_id IS NOT NULL;

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are only added';
END
$$;
CREATE TRIGGER audit_event_only_added BEFORE UPDATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
