-- The case desk. A case is opened with what spoke against an account at that moment, frozen; everything afterwards is a row of its
-- own, and what needs two people is proposed by one and decided by another. Nothing here is changed or removed, and nobody
-- touches, or sees, a case about themselves: all of it holds here, whatever the application does.

-- Events get a number, by which explanations and sensors speak of them, whichever system they came from.
CREATE SEQUENCE oversight_event_number;
ALTER TABLE oversight_event ADD COLUMN number bigint NOT NULL DEFAULT nextval('oversight_event_number');

-- What the sensors say of events that no case holds: made anew with every look, as a reason may be filed later.
CREATE TABLE oversight_hit (
    sensor     text NOT NULL,
    event      bigint NOT NULL,
    account_id bigint NOT NULL REFERENCES oversight_account,
    at         timestamptz NOT NULL,
    points     numeric(8,3) NOT NULL CHECK (points > 0),
    reasons    text[] NOT NULL,                    -- weak explanations that hold
    PRIMARY KEY (event, sensor)
);
CREATE INDEX oversight_hit_account ON oversight_hit (account_id);
ALTER TABLE oversight_hit ENABLE ROW LEVEL SECURITY;
CREATE POLICY hit_read ON oversight_hit FOR SELECT USING ((SELECT access_may('case.handle')) OR (SELECT access_may('case.raise')));
CREATE POLICY hit_write ON oversight_hit FOR INSERT WITH CHECK ((SELECT access_may('case.raise')));
CREATE POLICY hit_withdraw ON oversight_hit FOR DELETE USING ((SELECT access_may('case.raise')));

CREATE TABLE oversight_case (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL REFERENCES oversight_account,
    subject_id bigint REFERENCES accounts_account,  -- the same account where it is one of the house
    opened_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    opened_by  bigint NOT NULL REFERENCES accounts_account,
    risk       numeric(8,2) NOT NULL,
    CONSTRAINT case_about_somebody_else CHECK (subject_id IS DISTINCT FROM opened_by)
);

CREATE TABLE oversight_evidence (
    case_id     bigint NOT NULL REFERENCES oversight_case,
    event       bigint NOT NULL,
    sensor      text NOT NULL,
    points      numeric(8,3) NOT NULL,
    reasons     text[] NOT NULL,
    source      text NOT NULL,
    at          timestamptz NOT NULL,
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
    PRIMARY KEY (event, sensor),
    UNIQUE (case_id, event, sensor)
);
CREATE INDEX oversight_evidence_person ON oversight_evidence (person_id) WHERE person_id IS NOT NULL;

CREATE TABLE oversight_question (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id     bigint NOT NULL REFERENCES oversight_case,
    to_id       bigint NOT NULL REFERENCES accounts_account,
    asked_by    bigint NOT NULL REFERENCES accounts_account,
    asked_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    question    text NOT NULL CHECK (length(btrim(question)) >= 10),
    answered_at timestamptz,
    answer      text NOT NULL DEFAULT '',
    CONSTRAINT question_answer_is_whole CHECK ((answered_at IS NULL) = (answer = '')),
    CONSTRAINT question_to_somebody_else CHECK (to_id <> asked_by)
);

-- Closing and suspending take two: who proposes, and who agrees or returns it.
CREATE TABLE oversight_proposal (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id     bigint NOT NULL REFERENCES oversight_case,
    kind        text NOT NULL CHECK (kind IN ('close', 'suspend')),
    outcome     text NOT NULL DEFAULT '',
    words       text NOT NULL CHECK (length(btrim(words)) >= 10),
    proposed_by bigint NOT NULL REFERENCES accounts_account,
    proposed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    decided_by  bigint REFERENCES accounts_account,
    decided_at  timestamptz,
    agreed      boolean,
    remarks     text NOT NULL DEFAULT '',
    CONSTRAINT proposal_outcome CHECK (CASE kind WHEN 'close'
        THEN outcome IN ('confirmed', 'justified', 'false_alarm', 'inconclusive') ELSE outcome = '' END),
    CONSTRAINT proposal_decision_is_whole CHECK (num_nonnulls(decided_by, decided_at, agreed) IN (0, 3)),
    CONSTRAINT proposal_takes_two CHECK (decided_by <> proposed_by)
);
CREATE UNIQUE INDEX oversight_proposal_one_waits ON oversight_proposal (case_id, kind) WHERE decided_at IS NULL;
CREATE UNIQUE INDEX oversight_proposal_agreed_once ON oversight_proposal (case_id, kind) WHERE agreed;

CREATE TABLE oversight_handover (
    case_id     bigint PRIMARY KEY REFERENCES oversight_case,
    incident_id bigint NOT NULL UNIQUE REFERENCES incidents_incident,
    handed_by   bigint NOT NULL REFERENCES accounts_account,
    handed_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Whom a confirmed misuse was about is told: one letter for each person, made by the closing itself.
CREATE TABLE oversight_letter (
    case_id   bigint NOT NULL REFERENCES oversight_case,
    person_id bigint NOT NULL,
    told_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (case_id, person_id)
);
CREATE INDEX oversight_letter_person ON oversight_letter (person_id);

-- The subject of a case, past row security: policies and triggers ask.
CREATE FUNCTION oversight_subject(of_case bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT subject_id FROM oversight_case WHERE id = of_case $$;

CREATE FUNCTION oversight_is_closed(of_case bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$ SELECT EXISTS (SELECT 1 FROM oversight_proposal WHERE case_id = of_case AND kind = 'close' AND agreed) $$;

DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY ARRAY['evidence', 'question', 'proposal', 'handover', 'letter'] LOOP
        EXECUTE format('ALTER TABLE oversight_%s ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format($p$CREATE POLICY desk_read ON oversight_%s FOR SELECT USING ((SELECT access_may('case.handle'))
            AND oversight_subject(case_id) IS DISTINCT FROM (SELECT access_actor()))$p$, name);
    END LOOP;
END $$;
ALTER TABLE oversight_case ENABLE ROW LEVEL SECURITY;
CREATE POLICY desk_read ON oversight_case FOR SELECT
    USING ((SELECT access_may('case.handle')) AND subject_id IS DISTINCT FROM (SELECT access_actor()));
CREATE POLICY raised_read ON oversight_case FOR SELECT USING ((SELECT access_may('case.raise')));
CREATE POLICY raised_read ON oversight_evidence FOR SELECT USING ((SELECT access_may('case.raise')));
CREATE POLICY question_of_mine ON oversight_question FOR SELECT USING (to_id = (SELECT access_actor()));
CREATE POLICY question_answer ON oversight_question FOR UPDATE USING (to_id = (SELECT access_actor()));
CREATE POLICY question_ask ON oversight_question FOR INSERT WITH CHECK ((SELECT access_may('case.handle')));
CREATE POLICY proposal_make ON oversight_proposal FOR INSERT WITH CHECK ((SELECT access_may('case.handle')));
CREATE POLICY proposal_decide ON oversight_proposal FOR UPDATE USING ((SELECT access_may('case.handle')));
CREATE POLICY handover_make ON oversight_handover FOR INSERT WITH CHECK ((SELECT access_may('case.handle')));

REVOKE ALL ON oversight_hit, oversight_case, oversight_evidence, oversight_question, oversight_proposal, oversight_handover,
    oversight_letter FROM hoso_app, hoso_reader;
GRANT SELECT, INSERT, DELETE ON oversight_hit TO hoso_app;
GRANT SELECT ON oversight_case, oversight_evidence, oversight_letter TO hoso_app;
GRANT SELECT, INSERT ON oversight_question, oversight_proposal, oversight_handover TO hoso_app;
GRANT UPDATE (answer, answered_at) ON oversight_question TO hoso_app;
GRANT UPDATE (decided_by, decided_at, agreed, remarks) ON oversight_proposal TO hoso_app;

CREATE FUNCTION oversight_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a case holds is never changed or removed';
END $$;
CREATE TRIGGER case_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON oversight_case
    FOR EACH STATEMENT EXECUTE FUNCTION oversight_stays();
CREATE TRIGGER evidence_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON oversight_evidence
    FOR EACH STATEMENT EXECUTE FUNCTION oversight_stays();
CREATE TRIGGER handover_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON oversight_handover
    FOR EACH STATEMENT EXECUTE FUNCTION oversight_stays();
CREATE TRIGGER letter_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON oversight_letter
    FOR EACH STATEMENT EXECUTE FUNCTION oversight_stays();
CREATE TRIGGER question_stays BEFORE DELETE OR TRUNCATE ON oversight_question
    FOR EACH STATEMENT EXECUTE FUNCTION oversight_stays();
CREATE TRIGGER proposal_stays BEFORE DELETE OR TRUNCATE ON oversight_proposal
    FOR EACH STATEMENT EXECUTE FUNCTION oversight_stays();

-- Evidence comes with its case and never later; a case without any is none.
CREATE FUNCTION oversight_open_case(of_account bigint, of_risk numeric) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE opened bigint;
BEGIN
    IF NOT (access_may('case.handle') OR access_may('case.raise')) THEN
        RAISE EXCEPTION 'no right to open a case' USING ERRCODE = '42501';
    END IF;
    PERFORM 1 FROM oversight_account WHERE id = of_account FOR UPDATE;  -- two at once open one
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

-- The evidence in one number, written into the audit's chain when the case is opened.
CREATE FUNCTION oversight_evidence_hash(of_case bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(coalesce(string_agg(concat_ws('|', event, sensor, points, reasons, source,
        at AT TIME ZONE 'UTC', person_id, facility_id, role, purpose, action, object, outcome, sensitive, break_glass, found,
        address), E'\n' ORDER BY event, sensor), ''), 'UTF8')), 'hex')
    FROM oversight_evidence WHERE case_id = of_case
$$;

CREATE FUNCTION oversight_question_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.asked_by IS DISTINCT FROM access_actor() OR NEW.answered_at IS NOT NULL THEN
            RAISE EXCEPTION 'a question is asked in one''s own name';
        ELSIF oversight_subject(NEW.case_id) = access_actor() OR oversight_is_closed(NEW.case_id) THEN
            RAISE EXCEPTION 'a case that is closed, or one''s own' USING ERRCODE = '23514', CONSTRAINT = 'case_not_own_or_closed';
        END IF;
    ELSIF OLD.answered_at IS NOT NULL OR NEW.to_id IS DISTINCT FROM access_actor() THEN
        RAISE EXCEPTION 'a question is answered once, by who was asked' USING ERRCODE = '23514', CONSTRAINT = 'question_once';
    ELSE
        NEW.answered_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER question_rules BEFORE INSERT OR UPDATE ON oversight_question
    FOR EACH ROW EXECUTE FUNCTION oversight_question_rules();

CREATE FUNCTION oversight_proposal_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF oversight_subject(NEW.case_id) = access_actor() OR oversight_is_closed(NEW.case_id) THEN
        RAISE EXCEPTION 'a case that is closed, or one''s own' USING ERRCODE = '23514', CONSTRAINT = 'case_not_own_or_closed';
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.proposed_by IS DISTINCT FROM access_actor() OR NEW.decided_at IS NOT NULL THEN
            RAISE EXCEPTION 'a proposal is made in one''s own name, and decided later';
        ELSIF NEW.kind = 'suspend' AND oversight_subject(NEW.case_id) IS NULL THEN
            RAISE EXCEPTION 'an account of another system is suspended there' USING ERRCODE = '23514', CONSTRAINT = 'suspends_own';
        END IF;
        NEW.proposed_at := clock_timestamp();
    ELSIF OLD.decided_at IS NOT NULL OR NEW.decided_by IS DISTINCT FROM access_actor() THEN
        RAISE EXCEPTION 'a proposal is decided once, in one''s own name' USING ERRCODE = '23514', CONSTRAINT = 'proposal_once';
    ELSE
        NEW.decided_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER proposal_rules BEFORE INSERT OR UPDATE ON oversight_proposal
    FOR EACH ROW EXECUTE FUNCTION oversight_proposal_rules();

-- What an agreement brings about, in the same transaction: the account is shut; the persons are told.
CREATE FUNCTION oversight_proposal_takes_effect() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.kind = 'suspend' THEN
        UPDATE accounts_account SET is_active = false, lock_reason = 'oversight'
            WHERE id = oversight_subject(NEW.case_id) AND is_active;
    ELSIF NEW.outcome = 'confirmed' THEN
        INSERT INTO oversight_letter (case_id, person_id)
            SELECT DISTINCT case_id, person_id FROM oversight_evidence WHERE case_id = NEW.case_id AND person_id IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER proposal_takes_effect AFTER UPDATE ON oversight_proposal
    FOR EACH ROW WHEN (NEW.agreed) EXECUTE FUNCTION oversight_proposal_takes_effect();

CREATE FUNCTION oversight_handover_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.handed_by IS DISTINCT FROM access_actor() OR oversight_subject(NEW.case_id) = access_actor() THEN
        RAISE EXCEPTION 'a case is handed over in one''s own name, and not one''s own'
            USING ERRCODE = '23514', CONSTRAINT = 'case_not_own_or_closed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER handover_rules BEFORE INSERT ON oversight_handover FOR EACH ROW EXECUTE FUNCTION oversight_handover_rules();

-- Facts explain; since there are cases, they also say whom an overseer has a case about (sensor S20).
CREATE OR REPLACE FUNCTION oversight_facts(since timestamptz)
RETURNS TABLE (kind text, first timestamptz, last timestamptz, account bigint, person bigint, facility bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT told.* FROM (
        SELECT 'visit', c.first_day::timestamptz, c.last_day::timestamptz + interval '1 day', NULL::bigint, c.person_id, c.facility_id
        FROM access_care_relation c WHERE c.last_day >= since
        UNION ALL
        SELECT CASE t.kind WHEN 'own' THEN 'visit' ELSE 'team' END, t.starts_at, coalesce(t.ends_at, now()),
               coalesce(t.account_id, l.account_id), t.person_id, t.facility_id
        FROM access_care_team t LEFT JOIN accounts_licence l ON l.number = t.licence AND l.ended_at IS NULL
        WHERE coalesce(t.ends_at, now()) >= since AND coalesce(t.account_id, l.account_id) IS NOT NULL
        UNION ALL
        SELECT CASE g.kind WHEN 'break_glass' THEN 'break_glass' ELSE 'grant' END, g.starts_at, coalesce(g.revoked_at, g.ends_at),
               g.account_id, g.person_id, g.facility_id
        FROM access_grant g WHERE g.ends_at >= since AND g.account_id IS NOT NULL
        UNION ALL
        SELECT DISTINCT 'case', c.opened_at, greatest(p.decided_at + interval '30 days', now()), NULL::bigint, e.person_id, NULL::bigint
        FROM oversight_case c JOIN oversight_evidence e ON e.case_id = c.id AND e.person_id IS NOT NULL
        LEFT JOIN oversight_proposal p ON p.case_id = c.id AND p.kind = 'close' AND p.agreed
        WHERE coalesce(p.decided_at + interval '30 days', now()) >= since
    ) AS told (kind, first, last, account, person, facility)
    WHERE (SELECT access_may('audit.read'))
$$;

DO $$ DECLARE name text; BEGIN
    FOREACH name IN ARRAY ARRAY['oversight_subject(bigint)', 'oversight_is_closed(bigint)', 'oversight_open_case(bigint, numeric)'] LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', name);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO hoso_app', name);
    END LOOP;
END $$;
