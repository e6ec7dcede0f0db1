-- The audit in two stores (who looked at records; who signed in and ran the system), each in partitions of one month,
-- so that what has outlived its retention leaves as a whole month. Events keep the transaction they came by: the sealer
-- chains them in that order. Nothing of an event is changed after it was written; the chain stands in its own table.

ALTER TABLE audit_event RENAME TO audit_event_before;
ALTER TABLE audit_event_before DROP CONSTRAINT audit_event_pkey;
DROP INDEX audit_event_person, audit_event_actor;

CREATE TABLE audit_event (
    id             bigint GENERATED ALWAYS AS IDENTITY,
    store          text NOT NULL DEFAULT 'record' CHECK (store IN ('record', 'security')),
    at             timestamptz NOT NULL DEFAULT clock_timestamp(),
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    spooled_at     timestamptz,               -- when it happened, of an event that waited in the spool file
    actor_id       bigint NOT NULL,
    actor_name     text NOT NULL,
    account_kind   text NOT NULL DEFAULT '',
    role           text NOT NULL,
    purpose        text NOT NULL,
    action         text NOT NULL CHECK (action IN
                       ('read', 'search', 'create', 'update', 'delete', 'export', 'print', 'sign-in', 'refuse')),
    route          text NOT NULL,
    person_id      bigint,
    object         text NOT NULL DEFAULT '',
    facility_id    bigint,
    outcome        text NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
    reason         text NOT NULL DEFAULT '',
    sensitive      boolean NOT NULL DEFAULT false,   -- what was shown or written carries a label
    break_glass    boolean NOT NULL DEFAULT false,   -- opened in an emergency, past the ordinary rules
    found          integer,
    source         text NOT NULL DEFAULT '',         -- address of the asker
    source_port    integer CHECK (source_port BETWEEN 0 AND 65535),
    device         text NOT NULL DEFAULT '',
    request_id     uuid,
    PRIMARY KEY (id, store, at)
) PARTITION BY LIST (store);
CREATE INDEX audit_event_order ON audit_event (transaction_id, id);
CREATE INDEX audit_event_person ON audit_event (person_id, at DESC) WHERE person_id IS NOT NULL;
CREATE INDEX audit_event_actor ON audit_event (actor_id, at DESC);

CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

CREATE TABLE audit_event_record PARTITION OF audit_event FOR VALUES IN ('record') PARTITION BY RANGE (at);
CREATE TABLE audit_event_security PARTITION OF audit_event FOR VALUES IN ('security') PARTITION BY RANGE (at);
-- An event of a month that nobody prepared is written all the same; the doctor tells of it.
CREATE TABLE audit_event_record_other PARTITION OF audit_event_record DEFAULT;
CREATE TABLE audit_event_security_other PARTITION OF audit_event_security DEFAULT;

-- A partition is reached through its parent only, where the policies stand, and is not emptied by itself.
CREATE FUNCTION audit_close_partition(part regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('REVOKE ALL ON %s FROM hoso_app, hoso_reader, hoso_audit', part);
    IF (SELECT relkind FROM pg_class WHERE oid = part) = 'r' THEN
        EXECUTE format('CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON %s
                        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()', part);
    END IF;
END $$;
SELECT audit_close_partition(part) FROM unnest(ARRAY['audit_event_record', 'audit_event_security',
    'audit_event_record_other', 'audit_event_security_other']::regclass[]) part;

-- Make the partitions of a stretch of months (in Việt Nam's time); returns how many were missing.
CREATE FUNCTION audit_prepare_months(first date, last date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE month date; shelf text; name text; made integer := 0;
BEGIN
    FOR month IN SELECT generate_series(date_trunc('month', first::timestamp), last, '1 month')::date LOOP
        FOREACH shelf IN ARRAY ARRAY['record', 'security'] LOOP
            name := format('audit_event_%s_%s', shelf, to_char(month, 'YYYY_MM'));
            IF to_regclass(name) IS NULL THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', name, 'audit_event_' || shelf,
                    month || ' 00:00+07', (month + interval '1 month')::date || ' 00:00+07');
                PERFORM audit_close_partition(name::regclass);
                made := made + 1;
            END IF;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;
REVOKE EXECUTE ON FUNCTION audit_prepare_months(date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_prepare_months(date, date) TO hoso_audit;

-- Remove one month of one store, never earlier than the law's shortest term: 12 months of the security log (NĐ 333/2026
-- art. 20.3), 5 years of accesses to records. Which longer terms apply stands in definitions/audit/retention.yaml.
CREATE FUNCTION audit_drop_month(shelf text, month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE shortest interval := CASE shelf WHEN 'security' THEN interval '12 months' WHEN 'record' THEN interval '5 years' END;
BEGIN
    IF shortest IS NULL OR month + interval '1 month' + shortest > now() THEN
        RAISE EXCEPTION 'audit events of % in the store % are still to be kept', to_char(month, 'YYYY-MM'), shelf;
    END IF;
    EXECUTE format('DROP TABLE %I', format('audit_event_%s_%s', shelf, to_char(month, 'YYYY_MM')));
END $$;
REVOKE EXECUTE ON FUNCTION audit_drop_month(text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_drop_month(text, date) TO hoso_audit;

SELECT audit_prepare_months(coalesce((SELECT min(at) FROM audit_event_before), now())::date, (now() + interval '3 months')::date);

INSERT INTO audit_event (id, store, at, actor_id, actor_name, account_kind, role, purpose, action, route, person_id, object,
                         facility_id, outcome, reason, sensitive, found, source, source_port, device, request_id)
    OVERRIDING SYSTEM VALUE
    SELECT e.id, CASE WHEN purpose IN ('own_account', 'administration') THEN 'security' ELSE 'record' END, e.at, actor_id,
           actor_name, coalesce(a.kind, ''), role, purpose, action, route, person_id, object, facility_id, outcome, reason,
           sensitive, found, coalesce(substring(source FROM '^(.*):\d*$'), source), substring(source FROM ':(\d+)$')::integer,
           device, request_id
    FROM audit_event_before e LEFT JOIN accounts_account a ON a.id = e.actor_id ORDER BY e.id;
SELECT setval(pg_get_serial_sequence('audit_event', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM audit_event), false);
DROP TABLE audit_event_before;

-- What says when and in which order an event came is never the writer's to choose.
REVOKE ALL ON audit_event FROM hoso_app, hoso_reader, hoso_audit;
GRANT SELECT ON audit_event TO hoso_app, hoso_audit, hoso_reader;
GRANT INSERT (store, spooled_at, actor_id, actor_name, account_kind, role, purpose, action, route, person_id, object,
              facility_id, outcome, reason, sensitive, break_glass, found, source, source_port, device, request_id)
    ON audit_event TO hoso_app;

-- An actor sees what they did themselves; who may oversee sees all.
ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY audit_write ON audit_event FOR INSERT WITH CHECK (true);
CREATE POLICY audit_oversee ON audit_event FOR SELECT USING (
    (SELECT access_may('audit.read')) OR actor_id = (SELECT access_actor())
);
CREATE POLICY audit_seal ON audit_event FOR SELECT TO hoso_audit USING (true);

-- Which installation this is: part of every chain, so that events of another one do not fit in.
CREATE TABLE audit_installation (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    id       uuid NOT NULL DEFAULT gen_random_uuid(),
    made_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
INSERT INTO audit_installation DEFAULT VALUES;

-- The chain: one row for each sealed event, in the order of commits. `leaf` is the hash of the event, `hash` of all up
-- to it; `shelf` is its month and store (YYYYMM and 1 record, 2 security), so that a month that was removed by retention
-- is told from events that were removed by hand. docs/security/audit-chain.md has the encoding.
CREATE TABLE audit_chain (
    sequence       bigint PRIMARY KEY CHECK (sequence > 0),
    transaction_id xid8 NOT NULL,
    event_id       bigint NOT NULL,
    shelf          integer NOT NULL,
    leaf           bytea NOT NULL CHECK (octet_length(leaf) = 32),
    hash           bytea NOT NULL CHECK (octet_length(hash) = 32)
);
CREATE TRIGGER audit_chain_append_only BEFORE UPDATE OR DELETE ON audit_chain
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
CREATE TRIGGER audit_chain_no_truncate BEFORE TRUNCATE ON audit_chain
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

-- Which lines of the spool are in: each once, however often the file is read.
CREATE TABLE audit_spool_line (
    key uuid PRIMARY KEY,
    at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

REVOKE ALL ON audit_installation, audit_chain, audit_spool_line FROM hoso_app, hoso_reader, hoso_audit;
GRANT SELECT ON audit_installation, audit_chain TO hoso_app, hoso_reader, hoso_audit;
GRANT INSERT ON audit_chain TO hoso_audit;
GRANT INSERT, SELECT ON audit_spool_line TO hoso_app;
