-- Two persons found to be one, and found not to be: a join rewrites `person_id` alone, and its undoing rewrites it back
-- (docs/decisions/0092-joining-and-parting.md). `source_person_id` says under whom a row was filed, whoever that is shown as now,
-- so a number and a word of a name may stand twice under a joined person: once from each side.
ALTER TABLE people_identifier DROP CONSTRAINT people_identifier_pkey,
    ADD PRIMARY KEY (kind, value, issuer_id, person_id, source_person_id);
ALTER TABLE people_token DROP CONSTRAINT people_token_pkey, ADD PRIMARY KEY (hash, person_id, source_person_id);
CREATE INDEX people_person_joined ON people_person (merged_into) WHERE merged_into IS NOT NULL;

-- Pairs who may be one human, found by the matcher or by somebody at a desk; of the same two at most one waits.
CREATE TABLE people_pair (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id        bigint NOT NULL,
    source_person_id bigint NOT NULL,                        -- of the two the one with the greater number
    other_person_id  bigint NOT NULL,
    found_by         text NOT NULL CHECK (found_by IN ('matcher', 'desk')),
    found_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    probability      double precision NOT NULL CHECK (probability BETWEEN 0 AND 1),
    evidence         jsonb NOT NULL,                         -- [{field, level, weight}], the weight in bits
    decision         text CHECK (decision IN ('same_person', 'different_person')),
    decided_by       bigint,                                 -- 0: the matcher, above its upper threshold
    decided_at       timestamptz,
    reason           text NOT NULL DEFAULT '',
    facility_id      bigint NOT NULL DEFAULT 0,
    place_id         bigint NOT NULL DEFAULT 0,
    sensitivity      integer NOT NULL DEFAULT 0,
    CONSTRAINT pair_decision_is_whole CHECK (num_nonnulls(decision, decided_by, decided_at) IN (0, 3)),
    CONSTRAINT pair_of_two CHECK (source_person_id > other_person_id),
    UNIQUE (source_person_id, other_person_id)
);
SELECT access_protect_person_table('people_pair');
REVOKE DELETE ON people_pair FROM hoso_app;

-- Acts of joining. A row is never deleted: its undoing is written on it, and the two can be joined once more by another row.
CREATE TABLE people_join (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id        bigint NOT NULL,                        -- under whom both are shown now
    source_person_id bigint NOT NULL,                        -- who was joined
    into_person_id   bigint NOT NULL,                        -- to whom
    found_by         text NOT NULL CHECK (found_by IN ('conflict', 'matcher', 'desk')),
    finding          bigint,                                 -- the people_conflict or the people_pair
    freed            jsonb NOT NULL DEFAULT '[]',            -- contested numbers that nobody else bears: [[kind, value, issuer]]
    reason           text NOT NULL,
    joined_by        bigint NOT NULL,
    joined_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    parted_by        bigint,
    parted_at        timestamptz,
    parted_reason    text,
    facility_id      bigint NOT NULL DEFAULT 0,
    place_id         bigint NOT NULL DEFAULT 0,
    sensitivity      integer NOT NULL DEFAULT 0,
    CONSTRAINT join_says_why CHECK (btrim(reason) <> ''),
    CONSTRAINT parting_is_whole CHECK (num_nonnulls(parted_by, parted_at, parted_reason) IN (0, 3)),
    CONSTRAINT nobody_joins_themselves CHECK (source_person_id <> into_person_id)
);
CREATE UNIQUE INDEX people_join_once ON people_join (source_person_id) WHERE parted_at IS NULL;
CREATE INDEX people_join_into ON people_join (into_person_id) WHERE parted_at IS NULL;
SELECT access_protect_person_table('people_join');
REVOKE DELETE ON people_join FROM hoso_app;

CREATE FUNCTION people_join_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE may_change text[] := '{person_id,place_id,parted_by,parted_at,parted_reason}';
BEGIN
    IF to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change OR OLD.parted_at IS NOT NULL AND NEW.parted_at IS DISTINCT FROM OLD.parted_at THEN
        RAISE EXCEPTION 'an act of joining stays as it was';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER people_join_stays BEFORE UPDATE ON people_join FOR EACH ROW EXECUTE FUNCTION people_join_stays();

-- Persons joined before there were such acts.
INSERT INTO people_join (person_id, source_person_id, into_person_id, found_by, finding, reason, joined_by, joined_at, facility_id)
SELECT c.other_person_id, p.person_id, p.merged_into, 'conflict', c.id, coalesce(nullif(btrim(c.reason), ''), '-'), c.decided_by,
       c.decided_at, c.facility_id
FROM people_person p JOIN LATERAL (SELECT * FROM people_conflict o WHERE o.person_id = p.person_id
    AND o.decision = 'same_person' ORDER BY o.id LIMIT 1) c ON true
WHERE p.merged_into IS NOT NULL;

-- Everybody who came to a person through joins that stand, with that person.
CREATE FUNCTION people_joined_to(person bigint) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    WITH RECURSIVE found(id) AS (
        SELECT person UNION SELECT j.source_person_id FROM people_join j JOIN found ON j.into_person_id = found.id
        WHERE j.parted_at IS NULL)
    SELECT array_agg(id ORDER BY id) FROM found
$$;

-- The person whom a FHIR Patient is shown under now. Tells no more than a number; its rows have their own lock.
CREATE FUNCTION people_now_of(patient text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$ SELECT coalesce(merged_into, person_id) FROM people_person WHERE patient_id = patient COLLATE "C" $$;

-- The Patients who are one person with these, themselves included: what refers to any of them is about that person.
CREATE FUNCTION people_same_patients(patients text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT other.patient_id FROM people_person named
    CROSS JOIN LATERAL (
        SELECT patient_id FROM people_person WHERE person_id = coalesce(named.merged_into, named.person_id)
        UNION SELECT patient_id FROM people_person WHERE merged_into = coalesce(named.merged_into, named.person_id)
    ) other
    WHERE named.patient_id = ANY (patients)
$$;
