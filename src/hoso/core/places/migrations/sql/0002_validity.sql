-- What keeps administrative units and facilities true in time, and who may change them.

ALTER TABLE places_place ADD CONSTRAINT place_ends_after_start CHECK (valid_to > valid_from);
ALTER TABLE places_place ADD CONSTRAINT place_level CHECK (level IN (1, 2, 3) AND (level = 1) = (parent_id IS NULL));
-- Codes are re-used, so the code alone is no key; at one time it names one unit.
ALTER TABLE places_place ADD CONSTRAINT place_code_once_at_a_time
    EXCLUDE USING gist (level WITH =, code WITH =, daterange(valid_from, valid_to) WITH &&);
CREATE UNIQUE INDEX places_place_key ON places_place (level, code, valid_from);

ALTER TABLE places_succession ADD CONSTRAINT succession_share CHECK (share > 0 AND share <= 1);
ALTER TABLE places_succession ADD CONSTRAINT succession_of_another CHECK (old_id <> new_id);

ALTER TABLE places_facility ADD CONSTRAINT facility_closes_after_opening CHECK (closed > opened);
ALTER TABLE places_facility_link ADD CONSTRAINT link_ends_after_start CHECK (valid_to > valid_from);
ALTER TABLE places_facility_link ADD CONSTRAINT facility_in_one_place_at_a_time
    EXCLUDE USING gist (facility_id WITH =, daterange(valid_from, valid_to) WITH &&);

-- All units whose whole territory lies within the given ones: those below, earlier ones that went into them entirely,
-- later ones that only changed name or rank. What was split counts for its former parent, not for the parts.
CREATE FUNCTION places_within(start bigint[]) RETURNS bigint[] LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public
AS $$
    WITH RECURSIVE held AS (
        SELECT unnest(start) AS id
        UNION
        SELECT next.id FROM held CROSS JOIN LATERAL (
            SELECT p.id FROM places_place p WHERE p.parent_id = held.id
            UNION ALL
            SELECT s.old_id FROM places_succession s WHERE s.new_id = held.id AND s.relation <> 'split'
            UNION ALL
            SELECT s.new_id FROM places_succession s WHERE s.old_id = held.id AND s.relation IN ('same', 'renamed')
        ) next
    )
    SELECT coalesce(array_agg(id), '{}') FROM held
$$;

-- Which shipped files were loaded, so that an unchanged one costs one look.
CREATE TABLE definitions_load (
    name      text PRIMARY KEY,
    sha256    text NOT NULL,
    loaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    rows      integer NOT NULL,
    report    jsonb NOT NULL DEFAULT '{}'
);

REVOKE INSERT, UPDATE, DELETE ON places_place, places_succession, definitions_load FROM hoso_app;
REVOKE DELETE ON places_facility, places_facility_link, places_facility_name FROM hoso_app;
GRANT SELECT ON places_place, places_succession, places_facility, places_facility_link, places_facility_name,
    definitions_load TO hoso_reader;
