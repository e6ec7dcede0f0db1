-- Decisions of persons about purposes: given or refused, each with its proof (Luật 91/2025 Đ9, NĐ 356/2025 Đ6.2).
-- A row never changes but for its one withdrawal, and is never removed: an old decision explains an old use.

CREATE TABLE consent_decision (
    id                  uuid PRIMARY KEY,
    person_id           bigint NOT NULL,
    source_person_id    bigint NOT NULL,
    place_id            bigint NOT NULL DEFAULT 0,
    facility_id         bigint NOT NULL DEFAULT 0,         -- who asked: the controller named in the text
    purpose             text NOT NULL,
    given               boolean NOT NULL,                  -- false: refused. Silence leaves no row
    text_version        integer NOT NULL,
    text_hash           text NOT NULL,                     -- of the shipped text before names were filled in
    language            text NOT NULL CHECK (language IN ('vi', 'en')),
    wording             text NOT NULL,                     -- what the person was shown or read to, to the letter
    channel             text NOT NULL CHECK (channel IN ('paper', 'phone_recording', 'sms_code', 'desk', 'portal')),
    device              text NOT NULL DEFAULT '',
    source              text NOT NULL DEFAULT '',          -- address of the device
    recorded_by         bigint NOT NULL,
    recorded_by_name    text NOT NULL,
    age_band            text NOT NULL CHECK (age_band IN ('under_7', '7_to_17', 'adult')),
    representative_name text NOT NULL DEFAULT '',
    relation            text NOT NULL DEFAULT '',
    child_agreed        boolean NOT NULL DEFAULT false,
    discloses           boolean NOT NULL,                  -- the purpose discloses the person's private life
    given_at            timestamptz NOT NULL,
    valid_until         timestamptz CHECK (valid_until > given_at),
    ask_again_on        date,                              -- the birthday on which a child is asked again
    fhir                bytea NOT NULL,                    -- the FHIR R4 Consent as it was made
    facts               bytea NOT NULL,                    -- what the signature is over
    signature           bytea NOT NULL,
    key_id              text NOT NULL,
    withdrawn_at        timestamptz,
    withdrawn_by        bigint,
    withdrawn_by_name   text,
    withdrawn_channel   text CHECK (withdrawn_channel IN ('paper', 'phone_recording', 'sms_code', 'desk', 'portal')),
    withdrawn_reason    text,                              -- nobody has to give one
    CONSTRAINT representative_has_relation CHECK ((representative_name = '') = (relation = '')),
    -- Refusing is always possible alone; agreeing for a child takes those whom the law names.
    CONSTRAINT child_has_representative CHECK (NOT given OR age_band = 'adult' OR representative_name <> ''),
    CONSTRAINT child_of_7_agrees_too CHECK (NOT given OR age_band <> '7_to_17' OR NOT discloses OR child_agreed),
    CONSTRAINT child_is_asked_again CHECK (NOT given OR age_band = 'adult' OR ask_again_on IS NOT NULL),
    CONSTRAINT withdrawn_by_somebody CHECK (num_nonnulls(withdrawn_at, withdrawn_by, withdrawn_by_name, withdrawn_channel) IN (0, 4)),
    CONSTRAINT only_what_was_given_is_withdrawn CHECK (withdrawn_at IS NULL OR (given AND withdrawn_at >= given_at))
);
CREATE INDEX consent_decision_person ON consent_decision (person_id, purpose, given_at DESC);
CREATE INDEX consent_decision_ask_again ON consent_decision (ask_again_on) WHERE ask_again_on IS NOT NULL AND withdrawn_at IS NULL;

CREATE FUNCTION consent_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a decision about consent is never removed';
    END IF;
    IF OLD.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION 'consent % was withdrawn already', OLD.id;
    END IF;
    -- The person of a row moves when two persons are joined; nothing else but the withdrawal is written later.
    IF to_jsonb(NEW) - ARRAY['person_id', 'place_id', 'withdrawn_at', 'withdrawn_by', 'withdrawn_by_name', 'withdrawn_channel', 'withdrawn_reason']
       <> to_jsonb(OLD) - ARRAY['person_id', 'place_id', 'withdrawn_at', 'withdrawn_by', 'withdrawn_by_name', 'withdrawn_channel', 'withdrawn_reason'] THEN
        RAISE EXCEPTION 'a decision about consent is never changed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consent_decision_keep BEFORE UPDATE OR DELETE ON consent_decision
    FOR EACH ROW EXECUTE FUNCTION consent_keep();
CREATE TRIGGER consent_decision_no_truncate BEFORE TRUNCATE ON consent_decision
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

-- Whoever uses data by consent hears of a decision in the very transaction that takes it (Luật 91/2025 Đ10.3).
CREATE FUNCTION consent_tell() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    topic text := CASE WHEN NEW.withdrawn_at IS NOT NULL THEN 'consent.withdrawn' WHEN NEW.given THEN 'consent.given' ELSE 'consent.refused' END;
BEGIN
    INSERT INTO changes_change (topic, key, person_id, source_person_id, facility_id, place_id, payload)
    VALUES (topic, NEW.id::text, NEW.person_id, NEW.source_person_id, NEW.facility_id, NEW.place_id,
            jsonb_build_object('purpose', NEW.purpose, 'at', coalesce(NEW.withdrawn_at, NEW.given_at)));
    RETURN NULL;
END $$;
CREATE TRIGGER consent_decision_tell_new AFTER INSERT ON consent_decision
    FOR EACH ROW EXECUTE FUNCTION consent_tell();
CREATE TRIGGER consent_decision_tell_withdrawn AFTER UPDATE OF withdrawn_at ON consent_decision
    FOR EACH ROW WHEN (OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL) EXECUTE FUNCTION consent_tell();

-- Facilities in reach of the actor's present purpose, whether held there or in a place around them.
CREATE FUNCTION consent_facility_in_reach(facility bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT coalesce(bool_or(
        (a.everywhere AND a.facility_id IS NULL AND a.place_id IS NULL) OR a.facility_id = facility
        OR (a.place_id IS NOT NULL AND EXISTS (
            SELECT 1 FROM places_facility_link l
            WHERE l.facility_id = facility AND l.place_id = ANY (places_within(ARRAY[a.place_id]))
              AND (l.valid_to IS NULL OR l.valid_to > current_date)))
    ), false)
    FROM access_assignments() a
$$;

ALTER TABLE consent_decision ENABLE ROW LEVEL SECURITY;
CREATE POLICY consent_read ON consent_decision FOR SELECT USING (
    ((SELECT access_may('consent.record')) OR (SELECT access_may('share.ask')) OR (SELECT access_may('rights.handle')))
    AND consent_facility_in_reach(facility_id)
);
CREATE POLICY consent_write ON consent_decision FOR INSERT WITH CHECK (
    ((SELECT access_may('consent.record')) OR (SELECT access_may('share.ask')))
    AND recorded_by = (SELECT access_actor()) AND consent_facility_in_reach(facility_id)
);
CREATE POLICY consent_withdraw ON consent_decision FOR UPDATE USING (
    ((SELECT access_may('consent.record')) OR (SELECT access_may('share.ask')) OR (SELECT access_may('rights.handle')))
    AND consent_facility_in_reach(facility_id)
);
REVOKE DELETE, TRUNCATE, UPDATE ON consent_decision FROM hoso_app;
GRANT UPDATE (withdrawn_at, withdrawn_by, withdrawn_by_name, withdrawn_channel, withdrawn_reason) ON consent_decision TO hoso_app;
