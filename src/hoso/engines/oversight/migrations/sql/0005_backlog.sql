-- A backlog does not stand in the way of what happens now. Where much waits, the kept place is set to now and the stretch that was
-- passed over is kept as its own, taken over turn by turn beside the live one. An event that a second stretch brings again is one.

ALTER TABLE oversight_source
    ADD COLUMN behind_transaction xid8,      -- the stretch that waits: after this transaction and event
    ADD COLUMN behind_event       bigint,
    ADD COLUMN behind_upto        xid8,      -- and before this transaction
    ADD CONSTRAINT stretch_is_whole CHECK (num_nonnulls(behind_transaction, behind_event, behind_upto) IN (0, 3));

-- Take over at most `batch` events of our own audit after a place and before a transaction, in their order.
CREATE FUNCTION oversight_take_stretch(place_id smallint, after_transaction xid8, after_event bigint, before_transaction xid8, batch integer,
    OUT seen integer, OUT taken integer, OUT upto_transaction xid8, OUT upto_event bigint, OUT newest timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE oldest timestamptz;
BEGIN
    SELECT count(*), min(coalesce(e.spooled_at, e.at)), max(coalesce(e.spooled_at, e.at)),
           (array_agg(e.transaction_id ORDER BY e.transaction_id DESC, e.id DESC))[1],
           (array_agg(e.id ORDER BY e.transaction_id DESC, e.id DESC))[1]
        INTO seen, oldest, newest, upto_transaction, upto_event
        FROM (SELECT * FROM audit_event a
              WHERE (a.transaction_id, a.id) > (after_transaction, after_event) AND a.transaction_id < before_transaction
              ORDER BY a.transaction_id, a.id LIMIT batch) e;
    taken := 0;
    IF seen = 0 THEN RETURN; END IF;
    PERFORM oversight_prepare_years(oldest, newest);
    WITH event AS MATERIALIZED (
        SELECT e.*, coalesce(e.spooled_at, e.at) AS happened FROM audit_event e
        WHERE (e.transaction_id, e.id) > (after_transaction, after_event)
          AND (e.transaction_id, e.id) <= (upto_transaction, upto_event)),
    account AS (
        INSERT INTO oversight_account AS known (source_id, key, name, first_at, last_at)
            SELECT place_id, e.actor_id::text, max(e.actor_name), min(e.happened), max(e.happened) FROM event e
            GROUP BY e.actor_id ORDER BY e.actor_id
            ON CONFLICT (source_id, key) DO UPDATE SET name = excluded.name,
                first_at = least(known.first_at, excluded.first_at), last_at = greatest(known.last_at, excluded.last_at)
            RETURNING id, key)
    INSERT INTO oversight_event (source_id, key, at, account_id, person_id, facility_id, role, purpose, action, object,
                                 outcome, sensitive, break_glass, found, address, device)
        SELECT place_id, e.id::text, e.happened, a.id, e.person_id, e.facility_id, e.role, e.purpose,
               e.action, e.object, e.outcome, e.sensitive, e.break_glass, e.found, e.source, e.device
        FROM event e JOIN account a ON a.key = e.actor_id::text
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS taken = ROW_COUNT;
END $$;

-- The next events of now. Only transactions older than every running one are taken, so that one that commits late is not passed
-- over. Where more than `most_waiting` wait, what waits becomes the stretch behind.
DROP FUNCTION oversight_collect_own(integer);
CREATE FUNCTION oversight_collect_own(batch integer, most_waiting integer, OUT seen integer, OUT taken integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE place oversight_source; boundary xid8 := pg_snapshot_xmin(pg_current_snapshot()); got record;
BEGIN
    SELECT * INTO place FROM oversight_source WHERE key = 'hoso' FOR UPDATE;
    IF EXISTS (SELECT FROM audit_event a WHERE (a.transaction_id, a.id) > (place.transaction_id, place.event_id)
                 AND a.transaction_id < boundary ORDER BY a.transaction_id, a.id OFFSET most_waiting LIMIT 1) THEN
        UPDATE oversight_source s SET transaction_id = boundary, event_id = 0, behind_upto = boundary,
            behind_transaction = coalesce(s.behind_transaction, place.transaction_id),
            behind_event = CASE WHEN s.behind_transaction IS NULL THEN place.event_id ELSE s.behind_event END
            WHERE s.id = place.id;
        seen := 0; taken := 0;
        RETURN;
    END IF;
    SELECT * INTO got FROM oversight_take_stretch(place.id, place.transaction_id, place.event_id, boundary, batch);
    UPDATE oversight_source s SET asked_at = clock_timestamp(), newest_at = greatest(s.newest_at, got.newest),
        transaction_id = coalesce(got.upto_transaction, s.transaction_id), event_id = coalesce(got.upto_event, s.event_id)
        WHERE s.id = place.id;
    seen := got.seen; taken := got.taken;
END $$;

-- The next events of the stretch behind; it is gone once nothing of it is left.
CREATE FUNCTION oversight_collect_behind(batch integer, OUT seen integer, OUT taken integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE place oversight_source; got record;
BEGIN
    SELECT * INTO place FROM oversight_source WHERE key = 'hoso' FOR UPDATE;
    seen := 0; taken := 0;
    IF place.behind_upto IS NULL THEN RETURN; END IF;
    SELECT * INTO got FROM oversight_take_stretch(place.id, place.behind_transaction, place.behind_event, place.behind_upto, batch);
    UPDATE oversight_source s SET behind_transaction = got.upto_transaction, behind_event = got.upto_event,
        behind_upto = CASE WHEN got.seen > 0 THEN s.behind_upto END, newest_at = greatest(s.newest_at, got.newest)
        WHERE s.id = place.id;
    seen := got.seen; taken := got.taken;
END $$;

REVOKE EXECUTE ON FUNCTION oversight_take_stretch(smallint, xid8, bigint, xid8, integer) FROM PUBLIC;
DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY ARRAY['oversight_collect_own(integer, integer)', 'oversight_collect_behind(integer)'] LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hoso_app', name);
    END LOOP;
END $$;

-- The first event of a year makes the year's partition. Two systems whose first events come at once waited for nothing and one of
-- them failed; now the second waits for the first, and finds the partition made.
CREATE OR REPLACE FUNCTION oversight_prepare_years(first timestamptz, last timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE year integer; name text; made integer := 0;
BEGIN
    FOR year IN date_part('year', first AT TIME ZONE '+07')..date_part('year', last AT TIME ZONE '+07') LOOP
        name := 'oversight_event_' || year;
        CONTINUE WHEN to_regclass(name) IS NOT NULL;
        LOCK TABLE oversight_event IN SHARE UPDATE EXCLUSIVE MODE;  -- of the table: only then is what another made seen at once
        CONTINUE WHEN to_regclass(name) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I PARTITION OF oversight_event FOR VALUES FROM (%L) TO (%L)', name,
            year || '-01-01 00:00+07', (year + 1) || '-01-01 00:00+07');
        EXECUTE format('REVOKE ALL ON %I FROM hoso_app, hoso_reader, hoso_audit', name);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;

-- Opening cases locked the accounts they are about, in the order of risk, against who takes events over, in the order of names: each
-- could wait for the other, and one of them failed. Now who opens waits for who opens, and nobody else does.
CREATE OR REPLACE FUNCTION oversight_open_case(of_account bigint, of_risk numeric) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE opened bigint;
BEGIN
    IF NOT (access_may('case.handle') OR access_may('case.raise')) THEN
        RAISE EXCEPTION 'no right to open a case' USING ERRCODE = '42501';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('oversight_open_case ' || of_account, 0));  -- two at once open one
    IF NOT EXISTS (SELECT 1 FROM oversight_hit WHERE account_id = of_account) THEN RETURN NULL; END IF;
    INSERT INTO oversight_case (account_id, subject_id, opened_by, risk)
        SELECT a.id, h.id, access_actor(), of_risk FROM oversight_account a
        JOIN oversight_source s ON s.id = a.source_id
        LEFT JOIN accounts_account h ON s.key = 'hoso' AND h.id::text = a.key
        WHERE a.id = of_account RETURNING id INTO opened;
    INSERT INTO oversight_evidence
        SELECT opened, h.event, h.sensor, h.points, h.reasons, s.key, e.at, e.person_id, e.facility_id, e.role, e.purpose,
               e.action, e.object, e.outcome, e.sensitive, e.break_glass, e.found, e.address
        FROM oversight_hit h
        JOIN oversight_event e ON e.account_id = h.account_id AND e.at = h.at AND e.number = h.event
        JOIN oversight_source s ON s.id = e.source_id
        WHERE h.account_id = of_account;
    IF NOT FOUND THEN RAISE EXCEPTION 'a case without evidence'; END IF;
    DELETE FROM oversight_hit WHERE account_id = of_account;
    RETURN opened;
END $$;
