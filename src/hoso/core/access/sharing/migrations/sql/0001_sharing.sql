-- One-time sharing of one person's record with one practitioner for one visit: offered → verified → active →
-- expired/revoked (Kế hoạch 2698/KH-UBND 2020 §3.5). What the code is bound to never changes; a state only moves on;
-- tries only count up, one by one, under the row's lock; nothing is removed.

CREATE TABLE sharing_share (
    id                  uuid PRIMARY KEY,
    person_id           bigint NOT NULL,
    source_person_id    bigint NOT NULL,
    place_id            bigint NOT NULL DEFAULT 0,
    patient_id          text NOT NULL,
    born_from           date NOT NULL,                         -- first and last day on which the person may be born
    born_to             date NOT NULL CHECK (born_to >= born_from),
    facility_id         bigint NOT NULL CHECK (facility_id > 0),
    facility_name       text NOT NULL,
    practitioner_id     bigint REFERENCES accounts_account,    -- of a paper: whoever of the facility it is handed to
    practitioner_name   text NOT NULL DEFAULT '',
    encounter           text NOT NULL DEFAULT '',              -- the visit it is for, as the facility numbers it
    scope               text NOT NULL DEFAULT 'record' CHECK (scope IN ('record')),  -- the record without labelled content
    path                text NOT NULL CHECK (path IN ('sms', 'paper')),
    started_by          bigint NOT NULL,
    started_as          text NOT NULL CHECK (started_as IN ('practitioner', 'desk', 'person')),
    language            text NOT NULL CHECK (language IN ('vi', 'en')),
    salt                bytea NOT NULL,
    digest              bytea NOT NULL,                        -- of the code and all it is bound to; the code is nowhere
    phone_end           text NOT NULL DEFAULT '' CHECK (length(phone_end) <= 3),
    sent                boolean,                               -- whether the message left; NULL: none was to
    representative_name text NOT NULL DEFAULT '',
    relation            text NOT NULL DEFAULT '',
    child_agreed        boolean NOT NULL DEFAULT false,
    state               text NOT NULL CHECK (state IN ('offered', 'verified', 'active', 'expired', 'revoked')),
    attempts            smallint NOT NULL DEFAULT 0 CHECK (attempts BETWEEN 0 AND 5),
    offered_at          timestamptz NOT NULL,
    code_ends_at        timestamptz NOT NULL,
    verified_at         timestamptz,
    ends_at             timestamptz,                           -- of the access
    consent_id          uuid REFERENCES consent_decision,
    grant_id            bigint REFERENCES access_grant,
    closed_at           timestamptz,
    closed_by           bigint,
    close_reason        text NOT NULL DEFAULT '',
    CONSTRAINT code_is_short CHECK (code_ends_at > offered_at AND code_ends_at <= offered_at
        + CASE path WHEN 'sms' THEN interval '5 minutes' ELSE interval '7 days' END),
    CONSTRAINT verified_has_moment CHECK (state NOT IN ('verified', 'active') OR (verified_at IS NOT NULL AND practitioner_id IS NOT NULL AND encounter <> '')),
    CONSTRAINT verified_while_the_code_holds CHECK (verified_at IS NULL OR (verified_at >= offered_at AND verified_at < code_ends_at)),
    CONSTRAINT active_has_consent_and_grant CHECK (state <> 'active' OR num_nonnulls(consent_id, grant_id, ends_at) = 3),
    CONSTRAINT access_is_one_day_at_most CHECK (ends_at IS NULL OR ends_at <= verified_at + interval '24 hours'),
    CONSTRAINT only_paper_waits_for_a_practitioner CHECK (path = 'paper' OR (practitioner_id IS NOT NULL AND encounter <> '')),
    CONSTRAINT closed_has_reason CHECK ((state IN ('expired', 'revoked')) = (closed_at IS NOT NULL AND close_reason <> ''))
);
CREATE INDEX sharing_share_person ON sharing_share (person_id, offered_at DESC);
CREATE INDEX sharing_share_started ON sharing_share (started_by, offered_at DESC);
CREATE INDEX sharing_share_consent ON sharing_share (consent_id) WHERE consent_id IS NOT NULL;
CREATE INDEX sharing_share_open ON sharing_share (code_ends_at) WHERE state = 'offered';
CREATE UNIQUE INDEX sharing_one_open_code ON sharing_share (person_id, practitioner_id) WHERE state = 'offered' AND path = 'sms';

CREATE FUNCTION sharing_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := '{person_id,place_id,sent,state,attempts,verified_at,ends_at,consent_id,grant_id,closed_at,closed_by,close_reason}';
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a share is never removed';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'offered' OR NEW.attempts <> 0 THEN
            RAISE EXCEPTION 'a share begins as an offer';
        END IF;
        RETURN NEW;
    END IF;
    -- A paper learns once who it was handed to; everything else that the code is bound to stands.
    IF OLD.path = 'paper' AND OLD.practitioner_id IS NULL AND NEW.state = 'verified' THEN
        free := free || '{practitioner_id,practitioner_name,encounter}'::text[];
    END IF;
    IF to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'what a share is bound to never changes';
    END IF;
    IF NEW.attempts NOT IN (OLD.attempts, OLD.attempts + 1) OR (NEW.attempts <> OLD.attempts AND OLD.state <> 'offered') THEN
        RAISE EXCEPTION 'tries count up one by one while the code is open';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('offered', 'verified'), ('offered', 'expired'), ('offered', 'revoked'),
        ('verified', 'active'), ('verified', 'expired'), ('verified', 'revoked'),
        ('active', 'expired'), ('active', 'revoked')) THEN
        RAISE EXCEPTION 'a share does not go from % to %', OLD.state, NEW.state;
    END IF;
    IF OLD.state IN ('expired', 'revoked') AND to_jsonb(NEW) - '{person_id,place_id,sent}'::text[] <> to_jsonb(OLD) - '{person_id,place_id,sent}'::text[] THEN
        RAISE EXCEPTION 'a share that has ended stays as it is';
    END IF;
    IF OLD.state = 'active' AND ROW(NEW.consent_id, NEW.grant_id, NEW.ends_at, NEW.verified_at)
       IS DISTINCT FROM ROW(OLD.consent_id, OLD.grant_id, OLD.ends_at, OLD.verified_at) THEN
        RAISE EXCEPTION 'an open share is neither prolonged nor moved';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sharing_share_step BEFORE INSERT OR UPDATE OR DELETE ON sharing_share
    FOR EACH ROW EXECUTE FUNCTION sharing_step();

-- A consent that is withdrawn, by whatever way, takes its share and its grants along in the same transaction.
CREATE FUNCTION sharing_follow_consent() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE sharing_share SET state = 'revoked', closed_at = NEW.withdrawn_at, closed_by = NEW.withdrawn_by,
        close_reason = 'consent_withdrawn'
    WHERE consent_id = NEW.id AND state IN ('verified', 'active');
    PERFORM access_end_grants('Consent/' || NEW.id, 'consent withdrawn');
    RETURN NULL;
END $$;
CREATE TRIGGER consent_decision_ends_shares AFTER UPDATE OF withdrawn_at ON consent_decision
    FOR EACH ROW WHEN (OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL) EXECUTE FUNCTION sharing_follow_consent();

-- How often it was tried lately, past row security: offers to the person in a day, by the account in an hour, and when a
-- code for this account and person was last closed by too many tries.
CREATE FUNCTION sharing_lately(person bigint, account bigint, at timestamptz)
RETURNS TABLE (to_person bigint, by_account bigint, exhausted_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT (SELECT count(*) FROM sharing_share WHERE person_id = person AND offered_at > at - interval '1 day'),
           (SELECT count(*) FROM sharing_share WHERE started_by = account AND offered_at > at - interval '1 hour'),
           (SELECT max(closed_at) FROM sharing_share
            WHERE person_id = person AND started_by = account AND close_reason = 'too_many_tries')
$$;

-- Who treats at the facility today: accounts with a role there that sees persons for treatment.
CREATE FUNCTION sharing_practitioners(facility bigint) RETURNS TABLE (id bigint, full_name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT DISTINCT c.id, c.full_name::text
    FROM accounts_assignment a
    JOIN accounts_account c ON c.id = a.account_id AND c.is_active
    JOIN access_role r ON r.key = a.role AND r.sees_persons AND 'treatment' = ANY (r.purposes)
    WHERE a.valid_from <= current_date AND (a.valid_to IS NULL OR a.valid_to > current_date)
      AND (a.facility_id = facility OR (a.place_id IS NOT NULL AND EXISTS (
            SELECT 1 FROM places_facility_link l
            WHERE l.facility_id = facility AND l.place_id = ANY (places_within(ARRAY[a.place_id]))
              AND (l.valid_to IS NULL OR l.valid_to > current_date))))
    ORDER BY 2, 1
$$;

-- What has run out by the clock; the access itself ended with its grant. Gives how many.
CREATE FUNCTION sharing_expire(at timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public
AS $$
    WITH ended AS (
        UPDATE sharing_share SET state = 'expired', closed_at = at,
            close_reason = CASE state WHEN 'active' THEN 'visit_over' ELSE 'code_ran_out' END
        WHERE (state = 'offered' AND code_ends_at <= at) OR (state = 'active' AND ends_at <= at) RETURNING 1)
    SELECT count(*) FROM ended
$$;

ALTER TABLE sharing_share ENABLE ROW LEVEL SECURITY;
CREATE POLICY share_read ON sharing_share FOR SELECT USING (
    (SELECT access_may('share.ask'))
    AND (started_by = (SELECT access_actor())
         OR (consent_facility_in_reach(facility_id)
             AND (practitioner_id = (SELECT access_actor()) OR (path = 'paper' AND practitioner_id IS NULL)
                  OR (SELECT access_may('share.offer')))))
);
CREATE POLICY share_offer ON sharing_share FOR INSERT WITH CHECK (
    started_by = (SELECT access_actor())
    AND (((SELECT access_may('share.ask')) AND path = 'sms' AND practitioner_id = (SELECT access_actor()) AND consent_facility_in_reach(facility_id))
         OR ((SELECT access_may('share.offer')) AND (path = 'paper' OR consent_facility_in_reach(facility_id))))
);
CREATE POLICY share_step ON sharing_share FOR UPDATE USING (
    (SELECT access_may('share.ask'))
    AND (started_by = (SELECT access_actor())
         OR (consent_facility_in_reach(facility_id)
             AND (practitioner_id = (SELECT access_actor()) OR (path = 'paper' AND practitioner_id IS NULL)
                  OR (SELECT access_may('share.offer')))))
) WITH CHECK (true);
REVOKE DELETE, TRUNCATE ON sharing_share FROM hoso_app;
