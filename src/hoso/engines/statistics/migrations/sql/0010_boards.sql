-- Dashboards that users make: whose it is, its tiles as questions (no figure among them), with whom it is shared. Each state that
-- was is kept; nothing is deleted.

CREATE TABLE statistics_board (
    id          uuid PRIMARY KEY,
    owner_id    bigint NOT NULL,
    version     integer NOT NULL DEFAULT 1 CHECK (version > 0),
    title       text NOT NULL CHECK (length(title) BETWEEN 1 AND 120),
    period      text NOT NULL CHECK (period <> ''),
    tiles       jsonb NOT NULL CHECK (jsonb_typeof(tiles) = 'array' AND jsonb_array_length(tiles) <= 24),
    shared_role text CHECK (shared_role <> ''),            -- NULL: with nobody
    everywhere  boolean NOT NULL DEFAULT false,            -- the area in which it is shared: everywhere, …
    place_id    bigint,                                    -- … in a place and all below it, …
    facility_id bigint,                                    -- … or at a facility
    put_away    boolean NOT NULL DEFAULT false,            -- in place of deleting
    changed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT one_area CHECK ((shared_role IS NOT NULL)::int = everywhere::int + num_nonnulls(place_id, facility_id))
);
CREATE INDEX statistics_board_owner ON statistics_board (owner_id);
CREATE INDEX statistics_board_shared ON statistics_board (shared_role) WHERE shared_role IS NOT NULL AND NOT put_away;
CREATE TABLE statistics_board_history (LIKE statistics_board, PRIMARY KEY (id, version));

-- A change is a new version: the one before is kept by the database itself.
CREATE FUNCTION statistics_keep_board() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.owner_id) IS DISTINCT FROM (OLD.id, OLD.owner_id) OR NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'a board keeps its id and owner, and each change is the next version' USING ERRCODE = 'check_violation';
    END IF;
    NEW.changed_at := clock_timestamp();
    INSERT INTO statistics_board_history SELECT OLD.*;
    RETURN NEW;
END $$;
CREATE TRIGGER statistics_board_versions BEFORE UPDATE ON statistics_board FOR EACH ROW EXECUTE FUNCTION statistics_keep_board();

-- Whether the asker holds a role inside an area: at it, in what lies below it, at a facility there.
CREATE FUNCTION statistics_board_reaches(wanted text, everywhere boolean, place bigint, facility bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM access_assignments() a
        WHERE a.role = wanted AND 'statistics.read' = ANY (a.permissions) AND (
            statistics_board_reaches.everywhere OR a.facility_id = facility
            OR a.place_id = ANY ((SELECT places_within(ARRAY[place]))::bigint[])
            OR EXISTS (SELECT 1 FROM places_facility_link l WHERE l.facility_id = a.facility_id
                       AND (l.valid_to IS NULL OR l.valid_to > current_date)
                       AND l.place_id = ANY ((SELECT places_within(ARRAY[place]))::bigint[]))))
$$;
-- Whether an area is one in which the asker reads statistics: nobody shares beyond it.
CREATE FUNCTION statistics_board_own_area(everywhere boolean, place bigint, facility bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM access_assignments() a
        WHERE 'statistics.read' = ANY (a.permissions) AND (
            (a.everywhere AND a.place_id IS NULL AND a.facility_id IS NULL)
            OR (NOT statistics_board_own_area.everywhere AND (a.facility_id = facility
                OR place = ANY ((SELECT places_within(ARRAY[a.place_id]))::bigint[])))))
$$;

ALTER TABLE statistics_board ENABLE ROW LEVEL SECURITY;
CREATE POLICY statistics_read ON statistics_board FOR SELECT USING (
    owner_id = access_actor()
    OR (shared_role IS NOT NULL AND NOT put_away AND statistics_board_reaches(shared_role, everywhere, place_id, facility_id)));
CREATE POLICY statistics_insert ON statistics_board FOR INSERT WITH CHECK (
    owner_id = access_actor() AND version = 1 AND (SELECT access_may('statistics.read'))
    AND (shared_role IS NULL OR statistics_board_own_area(everywhere, place_id, facility_id)));
CREATE POLICY statistics_update ON statistics_board FOR UPDATE USING (owner_id = access_actor()) WITH CHECK (
    owner_id = access_actor() AND (SELECT access_may('statistics.read'))
    AND (shared_role IS NULL OR statistics_board_own_area(everywhere, place_id, facility_id)));
REVOKE DELETE, TRUNCATE ON statistics_board FROM hoso_app;
ALTER TABLE statistics_board_history ENABLE ROW LEVEL SECURITY;
CREATE POLICY statistics_read ON statistics_board_history FOR SELECT USING (owner_id = access_actor());
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON statistics_board_history FROM hoso_app;
