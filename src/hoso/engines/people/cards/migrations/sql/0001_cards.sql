-- Health cards (docs/decisions/0110-health-cards.md). A card is never deleted and never comes back: it is blocked or replaced.
CREATE SEQUENCE people_card_number MINVALUE 1 MAXVALUE 9999999999 NO CYCLE;
GRANT USAGE ON SEQUENCE people_card_number TO hoso_app;
CREATE TABLE people_card (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id        bigint NOT NULL,
    source_person_id bigint NOT NULL,
    number           text COLLATE "C" NOT NULL UNIQUE CHECK (number ~ '^TK[0-9]{12}$'),
    state            text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'blocked', 'replaced')),
    issued_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    issued_by        bigint NOT NULL,
    replaces         bigint UNIQUE REFERENCES people_card,
    ended_at         timestamptz,
    ended_by         bigint,
    ended_reason     text,
    facility_id      bigint NOT NULL DEFAULT 0,
    place_id         bigint NOT NULL DEFAULT 0,              -- where the person lives now, as in the other tables
    sensitivity      integer NOT NULL DEFAULT 0,
    CONSTRAINT card_end_is_whole CHECK (num_nonnulls(ended_at, ended_by, ended_reason) = CASE WHEN state = 'active' THEN 0 ELSE 3 END),
    CONSTRAINT card_end_says_why CHECK (btrim(ended_reason) <> '')
);
CREATE UNIQUE INDEX people_card_one_active ON people_card (source_person_id) WHERE state = 'active';
CREATE INDEX people_card_person ON people_card (person_id);
SELECT access_protect_person_table('people_card');
REVOKE DELETE ON people_card FROM hoso_app;

CREATE FUNCTION people_card_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE may_change text[] := '{person_id,place_id,state,ended_at,ended_by,ended_reason}';
BEGIN
    IF to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change
       OR OLD.state = 'replaced' AND NEW.state <> 'replaced' OR OLD.state = 'blocked' AND NEW.state = 'active' THEN
        RAISE EXCEPTION 'a card stays what it was';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER people_card_stays BEFORE UPDATE ON people_card FOR EACH ROW EXECUTE FUNCTION people_card_stays();
