-- Other systems as sources. Each is fed by an account of the house (a machine, with an owner) that may feed its own source and no
-- other; what it tells is taken over here, so that the machine sees no event, no person and no account.

ALTER TABLE oversight_source
    ADD COLUMN feeder_id   bigint UNIQUE REFERENCES accounts_account,   -- NULL: the house's own audit
    ADD COLUMN facility_id bigint REFERENCES places_facility,           -- where its accounts work; NULL: at no one place
    ADD COLUMN tier        text NOT NULL DEFAULT 'T3' CHECK (tier IN ('T0', 'T1', 'T2', 'T3', 'T4')),  -- of accounts of no known role
    ADD COLUMN ahead       interval,                                    -- by how much its clock ran ahead of ours, at most
    ADD CONSTRAINT source_fed_by_somebody CHECK ((key = 'hoso') = (feeder_id IS NULL));

-- What could not be read, as it came, once: nothing that was sent is lost without a word.
CREATE TABLE oversight_dead_letter (
    source_id   smallint NOT NULL REFERENCES oversight_source,
    sha256      text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    reason      text NOT NULL,
    content     text NOT NULL,                                        -- cut at 16,000 characters
    PRIMARY KEY (source_id, sha256)
);
ALTER TABLE oversight_dead_letter ENABLE ROW LEVEL SECURITY;
CREATE POLICY desk_read ON oversight_dead_letter FOR SELECT USING ((SELECT access_may('case.handle')));
REVOKE ALL ON oversight_dead_letter FROM hoso_app, hoso_reader;
GRANT SELECT ON oversight_dead_letter TO hoso_app;

-- Registering a source: the decision of who manages accounts.
CREATE FUNCTION oversight_register(new_key text, new_vi text, new_en text, feeder bigint, facility bigint, new_tier text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT access_may('account.manage') THEN
        RAISE EXCEPTION 'no right to register a source' USING ERRCODE = '42501';
    END IF;
    INSERT INTO oversight_source (key, title_vi, title_en, feeder_id, facility_id, tier)
        VALUES (new_key, new_vi, new_en, feeder, facility, new_tier);
END $$;

-- Take over what one source tells. An event told again (same key, same time) is one. A person is found by our own Patient id or by
-- personal number; who feeds gets numbers back and learns nothing of whom we know.
CREATE FUNCTION oversight_take(told jsonb, dead jsonb, OUT seen integer, OUT taken integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE place oversight_source; first timestamptz; last timestamptz;
BEGIN
    IF NOT access_may('audit.feed') THEN
        RAISE EXCEPTION 'no right to feed events' USING ERRCODE = '42501';
    END IF;
    SELECT * INTO place FROM oversight_source WHERE feeder_id = access_actor() FOR UPDATE;
    IF NOT FOUND THEN RAISE EXCEPTION 'the account feeds no source' USING ERRCODE = '23514', CONSTRAINT = 'feeds_a_source'; END IF;
    INSERT INTO oversight_dead_letter (source_id, sha256, reason, content)
        SELECT place.id, d.sha256, d.reason, d.content
        FROM jsonb_to_recordset(dead) AS d (sha256 text, reason text, content text) ON CONFLICT DO NOTHING;
    SELECT count(*), min(at), max(at) INTO seen, first, last FROM jsonb_to_recordset(told) AS t (at timestamptz);
    taken := 0;
    UPDATE oversight_source s SET asked_at = clock_timestamp(), newest_at = greatest(s.newest_at, last),
        ahead = greatest(s.ahead, last - clock_timestamp()) WHERE s.id = place.id;
    IF seen = 0 THEN RETURN; END IF;
    PERFORM oversight_prepare_years(first, last);
    WITH event AS MATERIALIZED (
        SELECT DISTINCT ON (t.key, t.at) t.* FROM jsonb_to_recordset(told) AS t (
            key text, at timestamptz, account text, name text, person text, number text, role text, purpose text, action text,
            object text, outcome text, sensitive boolean, break_glass boolean, found integer, address text, device text)),
    account AS (
        INSERT INTO oversight_account AS known (source_id, key, name, first_at, last_at)
            SELECT place.id, e.account, max(e.name), min(e.at), max(e.at) FROM event e GROUP BY e.account
            ON CONFLICT (source_id, key) DO UPDATE SET name = excluded.name,
                first_at = least(known.first_at, excluded.first_at), last_at = greatest(known.last_at, excluded.last_at)
            RETURNING id, key)
    INSERT INTO oversight_event (source_id, key, at, account_id, person_id, facility_id, role, purpose, action, object, outcome,
                                 sensitive, break_glass, found, address, device)
        SELECT place.id, e.key, e.at, a.id,
               coalesce((SELECT coalesce(p.merged_into, p.person_id) FROM people_person p
                         WHERE e.person <> '' AND p.patient_id = e.person COLLATE "C" LIMIT 1),
                        (SELECT i.person_id FROM people_identifier i
                         WHERE e.number <> '' AND i.kind = 'personal_number' AND i.value = e.number COLLATE "C" AND NOT i.contested LIMIT 1)),
               place.facility_id, e.role, e.purpose, e.action, e.object, e.outcome, e.sensitive, e.break_glass, e.found,
               e.address, e.device
        FROM event e JOIN account a ON a.key = e.account
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS taken = ROW_COUNT;
END $$;

-- Accounts of other systems that go by the number of a practising licence: the same hands as the account of the house whose holder's
-- licence it is. What explains that account's accesses explains theirs. Only for who may oversee.
CREATE FUNCTION oversight_same_hands() RETURNS TABLE (known bigint, account bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT k.id, l.account_id FROM oversight_account k
    JOIN oversight_source s ON s.id = k.source_id AND s.feeder_id IS NOT NULL
    JOIN accounts_licence l ON l.number = upper(replace(k.key, ' ', '')) AND l.ended_at IS NULL
    WHERE (SELECT access_may('audit.read'))
$$;

DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY ARRAY['oversight_register(text, text, text, bigint, bigint, text)', 'oversight_take(jsonb, jsonb)',
                                'oversight_same_hands()'] LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hoso_app', name);
    END LOOP;
END $$;
