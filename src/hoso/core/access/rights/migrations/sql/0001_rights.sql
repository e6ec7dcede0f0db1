-- Requests of persons about their data with the law's clocks (NĐ 356/2025 Đ5), their history, and restrictions in force.

CREATE TABLE rights_request (
    id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id           bigint NOT NULL,
    source_person_id    bigint NOT NULL,
    place_id            bigint NOT NULL DEFAULT 0,
    facility_id         bigint NOT NULL DEFAULT 0,          -- who received it
    person_name         text NOT NULL CHECK (person_name <> ''),
    kind                text NOT NULL CHECK (kind IN ('withdraw', 'restrict', 'object', 'see', 'correct', 'provide', 'delete', 'protect')),
    purposes            text[] NOT NULL DEFAULT '{}',       -- to restrict
    details             text NOT NULL CHECK (details <> ''),
    through_others      boolean NOT NULL,                   -- a processor or third party must act too
    channel             text NOT NULL CHECK (channel IN ('paper', 'desk', 'portal', 'post')),
    representative_name text NOT NULL DEFAULT '',
    relation            text NOT NULL DEFAULT '',
    copy                text NOT NULL CHECK (copy IN ('full', 'summary')),   -- which copy the asker may get
    received_at         timestamptz NOT NULL,
    reply_due           date NOT NULL,
    due                 date NOT NULL,
    retained_until      date,                               -- of a deletion: until when the law keeps the record
    replied_at          timestamptz,
    extended_due        date,
    extended_at         timestamptz,
    extension_reason    text NOT NULL DEFAULT '',
    state               text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'refused')),
    decided_at          timestamptz,
    decided_by          bigint,
    decision_reason     text NOT NULL DEFAULT '',
    follows             bigint REFERENCES rights_request,   -- a restriction taken in place of a refused deletion
    CONSTRAINT representative_has_relation CHECK ((representative_name = '') = (relation = '')),
    CONSTRAINT clocks_run_forward CHECK (reply_due <= due AND (extended_due IS NULL OR extended_due > due)),
    CONSTRAINT extension_has_reason CHECK (num_nonnulls(extended_due, extended_at) IN (0, 2) AND (extended_due IS NULL) = (extension_reason = '')),
    CONSTRAINT decision_is_whole CHECK ((state = 'open') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)),
    CONSTRAINT refusal_has_reason CHECK (state <> 'refused' OR decision_reason <> ''),
    CONSTRAINT decided_after_a_reply CHECK (state = 'open' OR replied_at IS NOT NULL),
    CONSTRAINT restriction_names_purposes CHECK ((kind = 'restrict') = (cardinality(purposes) > 0)),
    CONSTRAINT nothing_is_deleted_while_the_law_keeps_it CHECK (
        kind <> 'delete' OR state <> 'done' OR retained_until IS NULL OR retained_until <= (decided_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
);
CREATE INDEX rights_request_open ON rights_request (coalesce(extended_due, due)) WHERE state = 'open';
CREATE INDEX rights_request_person ON rights_request (person_id);

CREATE FUNCTION rights_keep() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := '{person_id,place_id,replied_at,extended_due,extended_at,extension_reason,state,decided_at,decided_by,decision_reason}';
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a request is never removed';
    END IF;
    IF to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
        RAISE EXCEPTION 'what was asked, and when, never changes';
    END IF;
    IF OLD.extended_due IS NOT NULL AND ROW(NEW.extended_due, NEW.extended_at, NEW.extension_reason) IS DISTINCT FROM ROW(OLD.extended_due, OLD.extended_at, OLD.extension_reason) THEN
        RAISE EXCEPTION 'a request is extended once';
    END IF;
    IF OLD.replied_at IS NOT NULL AND NEW.replied_at IS DISTINCT FROM OLD.replied_at THEN
        RAISE EXCEPTION 'a request is replied to once';
    END IF;
    IF OLD.state <> 'open' AND to_jsonb(NEW) - '{person_id,place_id}'::text[] <> to_jsonb(OLD) - '{person_id,place_id}'::text[] THEN
        RAISE EXCEPTION 'a decided request stays as it is';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rights_request_keep BEFORE UPDATE OR DELETE ON rights_request FOR EACH ROW EXECUTE FUNCTION rights_keep();

CREATE TABLE rights_event (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id bigint NOT NULL REFERENCES rights_request,
    at         timestamptz NOT NULL,
    actor_id   bigint NOT NULL,
    actor_name text NOT NULL,
    act        text NOT NULL CHECK (act IN ('received', 'replied', 'extended', 'done', 'refused', 'printed', 'lifted')),
    note       text NOT NULL DEFAULT ''
);
CREATE INDEX rights_event_request ON rights_event (request_id, id);

-- A restriction in force hides the person from every read for its purpose.
CREATE TABLE rights_restriction (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id        bigint NOT NULL,
    source_person_id bigint NOT NULL,
    place_id         bigint NOT NULL DEFAULT 0,
    facility_id      bigint NOT NULL DEFAULT 0,
    purpose          text NOT NULL,
    request_id       bigint NOT NULL REFERENCES rights_request,
    from_at          timestamptz NOT NULL,
    lifted_at        timestamptz,
    lifted_by        bigint,
    CONSTRAINT purpose_can_be_restricted CHECK (purpose NOT IN ('record_keeping', 'oversight', 'administration', 'data_subject_rights', 'consent_keeping', 'emergency')),
    CONSTRAINT lifted_by_somebody CHECK (num_nonnulls(lifted_at, lifted_by) IN (0, 2))
);
CREATE UNIQUE INDEX rights_restriction_once ON rights_restriction (person_id, purpose) WHERE lifted_at IS NULL;

-- Whose record is shut for the present purpose. An actor who broke the glass for a person sees the person all the same
-- (Luật 91/2025 Đ19.1a: an emergency needs no consent).
CREATE FUNCTION rights_restricted_persons() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT coalesce(array_agg(r.person_id), '{}') FROM rights_restriction r
    WHERE r.purpose = current_setting('hoso.purpose', true) AND r.lifted_at IS NULL
      AND NOT EXISTS (
        SELECT 1 FROM access_grant g
        WHERE g.person_id = r.person_id AND g.kind = 'break_glass' AND g.account_id = access_actor() AND g.revoked_at IS NULL
          AND g.starts_at <= statement_timestamp() AND g.ends_at > statement_timestamp())
$$;

-- On top of whatever policy lets a row be seen: `hoso upgrade` puts it on every table with persons, later ones too.
CREATE FUNCTION rights_enforce() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    target regclass;
    done integer := 0;
BEGIN
    FOR target IN SELECT p.polrelid::regclass FROM pg_policy p WHERE p.polname = 'person_scope'
        AND NOT EXISTS (SELECT 1 FROM pg_policy q WHERE q.polrelid = p.polrelid AND q.polname = 'not_restricted') ORDER BY 1
    LOOP
        EXECUTE format('CREATE POLICY not_restricted ON %s AS RESTRICTIVE FOR SELECT USING (
            person_id <> ALL ((SELECT rights_restricted_persons())::bigint[]))', target);
        done := done + 1;
    END LOOP;
    RETURN done;
END $$;
REVOKE EXECUTE ON FUNCTION rights_enforce() FROM PUBLIC;

-- The last day on which anybody cared for the person, for the time the law keeps the record.
CREATE FUNCTION rights_last_care(person bigint) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT max(last_day) FROM access_care_relation WHERE person_id = person AND (SELECT access_may('rights.handle')) $$;

ALTER TABLE rights_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY rights_desk ON rights_request USING (
    (SELECT access_may('rights.handle')) AND consent_facility_in_reach(facility_id)
);
ALTER TABLE rights_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY rights_history ON rights_event USING (EXISTS (SELECT 1 FROM rights_request r WHERE r.id = request_id));
ALTER TABLE rights_restriction ENABLE ROW LEVEL SECURITY;
CREATE POLICY rights_restrict ON rights_restriction USING (
    (SELECT access_may('rights.handle')) AND consent_facility_in_reach(facility_id)
);
REVOKE DELETE, TRUNCATE ON rights_request, rights_restriction FROM hoso_app;
REVOKE UPDATE, DELETE, TRUNCATE ON rights_event FROM hoso_app;
REVOKE UPDATE ON rights_restriction FROM hoso_app;
GRANT UPDATE (lifted_at, lifted_by) ON rights_restriction TO hoso_app;
