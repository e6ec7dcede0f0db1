-- The register of practitioners (docs/decisions/0132-register-of-practitioners.md). Spans hold from their first to their last day,
-- both included; an empty day is open. Nothing is deleted: a changed row keeps its earlier versions in `practitioners_past`.

-- A list of practitioners that was given; as `household_list`.
CREATE TABLE practitioners_list (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    file_name   text NOT NULL,
    sha256      bytea NOT NULL,
    size_bytes  bigint NOT NULL,
    true_on     date NOT NULL,
    given_by    bigint NOT NULL,
    given_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'reading', 'stopped', 'done', 'refused')),
    rows_total  integer,
    rows_done   integer NOT NULL DEFAULT 0,
    created     integer NOT NULL DEFAULT 0,
    updated     integer NOT NULL DEFAULT 0,
    unchanged   integer NOT NULL DEFAULT 0,
    refused     integer NOT NULL DEFAULT 0,
    refusal     jsonb,
    ended_at    timestamptz,
    CONSTRAINT rows_balance CHECK (rows_done = created + updated + unchanged + refused),
    CONSTRAINT refused_says_why CHECK ((state = 'refused') = (refusal IS NOT NULL)),
    CONSTRAINT refused_took_nothing CHECK (state <> 'refused' OR rows_done = 0)
);
CREATE TABLE practitioners_refusal (
    list_id bigint NOT NULL REFERENCES practitioners_list,
    number  integer NOT NULL,
    sheet   text NOT NULL DEFAULT '',
    row     integer NOT NULL,
    field   text NOT NULL,
    code    text NOT NULL,
    params  jsonb NOT NULL
);
CREATE INDEX practitioners_refusal_list ON practitioners_refusal (list_id, number);

CREATE TABLE practitioners_practitioner (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       text NOT NULL CHECK (btrim(name) <> ''),
    birth_date date,                                         -- tells people of one name apart; shown to who keeps the register alone
    sex        smallint NOT NULL DEFAULT 3 CHECK (sex IN (1, 2, 3)),
    profession text NOT NULL DEFAULT '',                     -- as the list has it: bác sĩ, y sĩ, điều dưỡng…
    version    integer NOT NULL DEFAULT 1,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_by bigint NOT NULL,
    list_id    bigint REFERENCES practitioners_list          -- that said so; empty where a person did
);

-- The words of a name without accents: how a practitioner is found.
CREATE TABLE practitioners_word (
    word            text COLLATE "C" NOT NULL,
    practitioner_id bigint NOT NULL REFERENCES practitioners_practitioner,
    PRIMARY KEY (word, practitioner_id)
);
CREATE INDEX practitioners_word_of ON practitioners_word (practitioner_id);

CREATE TABLE practitioners_licence (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    practitioner_id  bigint NOT NULL REFERENCES practitioners_practitioner,
    number           text COLLATE "C" NOT NULL,              -- as it is compared (core/accounts/licence_numbers.py)
    written          text NOT NULL,                          -- as it was written
    form             text NOT NULL,                          -- definitions/people/licences.yaml
    issued_by        text NOT NULL DEFAULT '',
    first_day        date,
    last_day         date,                                   -- as the paper has it
    scope            text NOT NULL DEFAULT '',
    withdrawn_on     date,                                   -- not valid from this day on
    withdrawn_reason text,
    version          integer NOT NULL DEFAULT 1,
    changed_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_by       bigint NOT NULL,
    list_id          bigint REFERENCES practitioners_list,
    CONSTRAINT licence_number_written_one_way CHECK (number = upper(number) AND number ~ '^[^\s;]{3,50}$'),
    CONSTRAINT licence_ends_after_start CHECK (last_day >= first_day),
    CONSTRAINT licence_withdrawn_after_start CHECK (withdrawn_on > first_day),
    CONSTRAINT licence_withdrawn_says_why CHECK (num_nonnulls(withdrawn_on, btrim(withdrawn_reason)) IN (0, 2) AND btrim(withdrawn_reason) <> ''),
    -- A number is of one practitioner at a time, and stands once.
    CONSTRAINT licence_of_one_at_a_time EXCLUDE USING gist (
        number WITH =, daterange(first_day, least(last_day, withdrawn_on - 1), '[]') WITH &&)
);
CREATE INDEX practitioners_licence_number ON practitioners_licence (number);
CREATE INDEX practitioners_licence_of ON practitioners_licence (practitioner_id);

CREATE TABLE practitioners_suspension (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    licence_id bigint NOT NULL REFERENCES practitioners_licence,
    first_day  date NOT NULL,
    last_day   date,
    reason     text NOT NULL CHECK (btrim(reason) <> ''),
    version    integer NOT NULL DEFAULT 1,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_by bigint NOT NULL,
    CONSTRAINT suspension_ends_after_start CHECK (last_day >= first_day),
    CONSTRAINT suspended_once_at_a_time EXCLUDE USING gist (licence_id WITH =, daterange(first_day, last_day, '[]') WITH &&)
);

-- Where somebody practises: the same department and role at a facility once at a time.
CREATE TABLE practitioners_place (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    practitioner_id bigint NOT NULL REFERENCES practitioners_practitioner,
    facility_id     bigint NOT NULL REFERENCES places_facility,
    department      text NOT NULL DEFAULT '',
    role            text NOT NULL DEFAULT '',
    part_time       boolean NOT NULL DEFAULT false,
    first_day       date,
    last_day        date,
    ended_reason    text NOT NULL DEFAULT '',
    version         integer NOT NULL DEFAULT 1,
    changed_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_by      bigint NOT NULL,
    list_id         bigint REFERENCES practitioners_list,
    CONSTRAINT place_ends_after_start CHECK (last_day >= first_day),
    CONSTRAINT place_once_at_a_time EXCLUDE USING gist (
        practitioner_id WITH =, facility_id WITH =, department WITH =, role WITH =, daterange(first_day, last_day, '[]') WITH &&)
);
CREATE INDEX practitioners_place_of ON practitioners_place (practitioner_id);
CREATE INDEX practitioners_place_facility ON practitioners_place (facility_id);

-- What a row was before each change of it.
CREATE TABLE practitioners_past (
    kind            text NOT NULL,                           -- practitioner, licence, suspension, place
    row_id          bigint NOT NULL,
    version         integer NOT NULL,
    practitioner_id bigint NOT NULL,
    was             jsonb NOT NULL,
    until           timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (kind, row_id, version)
);
CREATE INDEX practitioners_past_of ON practitioners_past (practitioner_id);

CREATE FUNCTION practitioners_keep_past() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    whose bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'nothing of the register is deleted';
    END IF;
    IF NEW.id <> OLD.id OR TG_ARGV[0] IN ('licence', 'place') AND
       to_jsonb(NEW) ->> 'practitioner_id' <> to_jsonb(OLD) ->> 'practitioner_id'
       OR TG_ARGV[0] = 'licence' AND to_jsonb(NEW) ->> 'number' <> to_jsonb(OLD) ->> 'number'
       OR TG_ARGV[0] = 'place' AND to_jsonb(NEW) ->> 'facility_id' <> to_jsonb(OLD) ->> 'facility_id' THEN
        RAISE EXCEPTION 'whose a row is, its number and its facility stay';
    END IF;
    whose := CASE TG_ARGV[0]
        WHEN 'practitioner' THEN OLD.id
        WHEN 'suspension' THEN (SELECT l.practitioner_id FROM practitioners_licence l
                                WHERE l.id = (to_jsonb(OLD) ->> 'licence_id')::bigint)
        ELSE (to_jsonb(OLD) ->> 'practitioner_id')::bigint END;
    NEW.version := OLD.version + 1;
    NEW.changed_at := clock_timestamp();
    INSERT INTO practitioners_past (kind, row_id, version, practitioner_id, was)
    VALUES (TG_ARGV[0], OLD.id, OLD.version, whose, to_jsonb(OLD));
    RETURN NEW;
END $$;
CREATE TRIGGER keep_past BEFORE UPDATE OR DELETE ON practitioners_practitioner
    FOR EACH ROW EXECUTE FUNCTION practitioners_keep_past('practitioner');
CREATE TRIGGER keep_past BEFORE UPDATE OR DELETE ON practitioners_licence
    FOR EACH ROW EXECUTE FUNCTION practitioners_keep_past('licence');
CREATE TRIGGER keep_past BEFORE UPDATE OR DELETE ON practitioners_suspension
    FOR EACH ROW EXECUTE FUNCTION practitioners_keep_past('suspension');
CREATE TRIGGER keep_past BEFORE UPDATE OR DELETE ON practitioners_place
    FOR EACH ROW EXECUTE FUNCTION practitioners_keep_past('place');

-- Who may read the register reads all of it; who keeps it writes it. Lists and refusals are for those who keep it.
DO $$
DECLARE
    target text;
BEGIN
    FOREACH target IN ARRAY ARRAY['practitioner', 'word', 'licence', 'suspension', 'place', 'past'] LOOP
        EXECUTE format('ALTER TABLE practitioners_%s ENABLE ROW LEVEL SECURITY', target);
        EXECUTE format($p$CREATE POLICY register_sight ON practitioners_%s FOR SELECT USING (
            (SELECT access_may('practitioner.read')) OR (SELECT access_may('practitioner.manage')))$p$, target);
    END LOOP;
    FOREACH target IN ARRAY ARRAY['practitioner', 'word', 'licence', 'suspension', 'place'] LOOP
        EXECUTE format($p$CREATE POLICY register_enter ON practitioners_%s FOR INSERT
            WITH CHECK ((SELECT access_may('practitioner.manage')))$p$, target);
        EXECUTE format($p$CREATE POLICY register_change ON practitioners_%s FOR UPDATE
            USING ((SELECT access_may('practitioner.manage')))$p$, target);
    END LOOP;
    FOREACH target IN ARRAY ARRAY['list', 'refusal'] LOOP
        EXECUTE format('ALTER TABLE practitioners_%s ENABLE ROW LEVEL SECURITY', target);
        EXECUTE format($p$CREATE POLICY list_desk ON practitioners_%s USING ((SELECT access_may('practitioner.manage')))$p$, target);
    END LOOP;
END $$;
CREATE POLICY word_goes ON practitioners_word FOR DELETE USING ((SELECT access_may('practitioner.manage')));
REVOKE DELETE, TRUNCATE ON practitioners_list, practitioners_practitioner, practitioners_licence, practitioners_suspension,
    practitioners_place FROM hoso_app;
REVOKE UPDATE, DELETE, TRUNCATE ON practitioners_refusal FROM hoso_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON practitioners_past FROM hoso_app;
