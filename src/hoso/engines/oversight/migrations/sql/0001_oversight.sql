-- Accesses of every watched system in one shape, in partitions of one year by when they happened: who saw a person in ten
-- years is ten looks into an index, and what has outlived its term leaves as a whole year. Only ids and words of a closed
-- list are taken over; what somebody wrote (the reason) and what was shown stay where they are.

CREATE TABLE oversight_source (
    id             smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key            text NOT NULL UNIQUE,
    title_vi       text NOT NULL,
    title_en       text NOT NULL,
    transaction_id xid8 NOT NULL DEFAULT '0',      -- the kept place: up to here everything is taken over
    event_id       bigint NOT NULL DEFAULT 0,
    newest_at      timestamptz,                    -- when the newest event taken over happened
    asked_at       timestamptz                     -- when the system was asked last, whether or not it had anything
);
INSERT INTO oversight_source (key, title_vi, title_en) VALUES ('hoso', 'Nhật ký của HoSo', 'The audit of HoSo');

CREATE TABLE oversight_account (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id smallint NOT NULL REFERENCES oversight_source,
    key       text NOT NULL,                       -- its id in its own system
    name      text NOT NULL,
    first_at  timestamptz NOT NULL,
    last_at   timestamptz NOT NULL,
    UNIQUE (source_id, key)
);

CREATE TABLE oversight_event (
    source_id   smallint NOT NULL,
    key         text NOT NULL,                     -- its id in its own system: the same event told twice is one
    at          timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    account_id  bigint NOT NULL,
    person_id   bigint,
    facility_id bigint,
    role        text NOT NULL,
    purpose     text NOT NULL,
    action      text NOT NULL,
    object      text NOT NULL,
    outcome     text NOT NULL,
    sensitive   boolean NOT NULL,
    break_glass boolean NOT NULL,
    found       integer,
    address     text NOT NULL,
    device      text NOT NULL,
    PRIMARY KEY (source_id, key, at)
) PARTITION BY RANGE (at);
CREATE INDEX oversight_event_person ON oversight_event (person_id, at DESC) WHERE person_id IS NOT NULL;
CREATE INDEX oversight_event_account ON oversight_event (account_id, at DESC);
CREATE TRIGGER oversight_event_append_only BEFORE UPDATE OR DELETE ON oversight_event
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();

REVOKE ALL ON oversight_source, oversight_account, oversight_event FROM hoso_app, hoso_reader;
GRANT SELECT ON oversight_source, oversight_account, oversight_event TO hoso_app;

-- Who may oversee sees which account opened which record, and never the record.
ALTER TABLE oversight_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY oversight_read ON oversight_event FOR SELECT USING ((SELECT access_may('audit.read')));
ALTER TABLE oversight_account ENABLE ROW LEVEL SECURITY;
CREATE POLICY oversight_read ON oversight_account FOR SELECT USING ((SELECT access_may('audit.read')));

-- The partitions of a stretch of years (in Việt Nam's time); returns how many were missing.
CREATE FUNCTION oversight_prepare_years(first timestamptz, last timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE year integer; name text; made integer := 0;
BEGIN
    FOR year IN date_part('year', first AT TIME ZONE '+07')..date_part('year', last AT TIME ZONE '+07') LOOP
        name := 'oversight_event_' || year;
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF oversight_event FOR VALUES FROM (%L) TO (%L)', name,
                year || '-01-01 00:00+07', (year + 1) || '-01-01 00:00+07');
            EXECUTE format('REVOKE ALL ON %I FROM hoso_app, hoso_reader, hoso_audit', name);
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$;
REVOKE EXECUTE ON FUNCTION oversight_prepare_years(timestamptz, timestamptz) FROM PUBLIC;

-- Take over the next events of our own audit, in the order of the chain, and move the kept place in the same transaction.
-- Only transactions older than every running one are taken, so that one that commits late is not passed over. The caller
-- gets two numbers and sees no event.
CREATE FUNCTION oversight_collect_own(batch integer, OUT seen integer, OUT taken integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE place oversight_source; upto_transaction xid8; upto_event bigint; first timestamptz; last timestamptz;
BEGIN
    SELECT * INTO place FROM oversight_source WHERE key = 'hoso' FOR UPDATE;
    SELECT count(*), min(coalesce(e.spooled_at, e.at)), max(coalesce(e.spooled_at, e.at)),
           (array_agg(e.transaction_id ORDER BY e.transaction_id DESC, e.id DESC))[1],
           (array_agg(e.id ORDER BY e.transaction_id DESC, e.id DESC))[1]
        INTO seen, first, last, upto_transaction, upto_event
        FROM (SELECT * FROM audit_event a
              WHERE (a.transaction_id, a.id) > (place.transaction_id, place.event_id)
                AND a.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
              ORDER BY a.transaction_id, a.id LIMIT batch) e;
    taken := 0;
    UPDATE oversight_source s SET asked_at = clock_timestamp(), newest_at = greatest(s.newest_at, last),
        transaction_id = coalesce(upto_transaction, s.transaction_id), event_id = coalesce(upto_event, s.event_id)
        WHERE s.id = place.id;
    IF seen = 0 THEN RETURN; END IF;
    PERFORM oversight_prepare_years(first, last);
    INSERT INTO oversight_account AS known (source_id, key, name, first_at, last_at)
        SELECT place.id, e.actor_id::text, max(e.actor_name), min(coalesce(e.spooled_at, e.at)), max(coalesce(e.spooled_at, e.at))
        FROM audit_event e
        WHERE (e.transaction_id, e.id) > (place.transaction_id, place.event_id)
          AND (e.transaction_id, e.id) <= (upto_transaction, upto_event)
        GROUP BY e.actor_id ORDER BY e.actor_id
        ON CONFLICT (source_id, key) DO UPDATE SET name = excluded.name,
            first_at = least(known.first_at, excluded.first_at), last_at = greatest(known.last_at, excluded.last_at);
    INSERT INTO oversight_event (source_id, key, at, account_id, person_id, facility_id, role, purpose, action, object,
                                 outcome, sensitive, break_glass, found, address, device)
        SELECT place.id, e.id::text, coalesce(e.spooled_at, e.at), a.id, e.person_id, e.facility_id, e.role, e.purpose,
               e.action, e.object, e.outcome, e.sensitive, e.break_glass, e.found, e.source, e.device
        FROM audit_event e JOIN oversight_account a ON a.source_id = place.id AND a.key = e.actor_id::text
        WHERE (e.transaction_id, e.id) > (place.transaction_id, place.event_id)
          AND (e.transaction_id, e.id) <= (upto_transaction, upto_event)
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS taken = ROW_COUNT;
END $$;
REVOKE EXECUTE ON FUNCTION oversight_collect_own(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oversight_collect_own(integer) TO hoso_app;
