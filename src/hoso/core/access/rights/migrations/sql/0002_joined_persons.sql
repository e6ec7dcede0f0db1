-- Two persons found to be one: what either decided, asked for or restricted goes on under the joined person. A restriction
-- must not be lost by it; an open code was bound to the old person and ends.

-- Both may have restricted the same purpose: each stays in force until its own request is lifted.
DROP INDEX rights_restriction_once;
CREATE UNIQUE INDEX rights_restriction_once ON rights_restriction (person_id, source_person_id, purpose) WHERE lifted_at IS NULL;

-- Also of a withdrawn decision the person it is kept under may change, and nothing else.
CREATE OR REPLACE FUNCTION consent_keep() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved text[] := ARRAY['person_id', 'place_id'];
    ended text[] := ARRAY['withdrawn_at', 'withdrawn_by', 'withdrawn_by_name', 'withdrawn_channel', 'withdrawn_reason'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a decision about consent is never removed';
    END IF;
    IF to_jsonb(NEW) - moved = to_jsonb(OLD) - moved THEN
        RETURN NEW;
    END IF;
    IF OLD.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION 'consent % was withdrawn already', OLD.id;
    END IF;
    IF to_jsonb(NEW) - moved - ended <> to_jsonb(OLD) - moved - ended THEN
        RAISE EXCEPTION 'a decision about consent is never changed';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION rights_move_person(old bigint, new bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    IF NOT access_may('record.write') AND NOT access_may('conflict.decide') THEN
        RAISE EXCEPTION 'not allowed to join persons' USING ERRCODE = '42501';
    END IF;
    UPDATE sharing_share SET state = 'revoked', closed_at = clock_timestamp(), closed_by = access_actor(),
        close_reason = 'person_joined' WHERE person_id = old AND state = 'offered';
    UPDATE sharing_share SET person_id = new WHERE person_id = old;
    UPDATE consent_decision SET person_id = new WHERE person_id = old;
    UPDATE rights_request SET person_id = new WHERE person_id = old;
    UPDATE rights_restriction SET person_id = new WHERE person_id = old;
END $$;
