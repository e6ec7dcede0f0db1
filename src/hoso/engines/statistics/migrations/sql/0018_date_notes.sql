-- Notes on dates: what happened from one day to another at a unit ("another form from 01/2026"), of all data or of one element.
-- Read by whoever reads figures in all of the unit; a note is not changed, only withdrawn.
CREATE TABLE statistics_date_note (
    id         uuid PRIMARY KEY,
    unit_id    bigint NOT NULL,                          -- 0: the country; below 0: a facility; else a place
    element_id integer REFERENCES statistics_element,    -- NULL: all data
    start_day  date NOT NULL,
    end_day    date NOT NULL,                            -- the last day of it
    body       text NOT NULL CHECK (length(body) BETWEEN 1 AND 200),
    author_id  bigint NOT NULL REFERENCES accounts_account,
    withdrawn  boolean NOT NULL DEFAULT false,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT date_note_ends_after_start CHECK (end_day >= start_day)
);
CREATE INDEX statistics_date_note_unit ON statistics_date_note (unit_id) WHERE NOT withdrawn;

CREATE FUNCTION statistics_reads_unit(unit bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT statistics_reads_all(unit = 0, CASE WHEN unit > 0 THEN ARRAY[unit] ELSE '{}' END,
                                CASE WHEN unit < 0 THEN ARRAY[-unit] ELSE '{}' END)
$$;
CREATE FUNCTION statistics_date_note_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.withdrawn THEN
        RAISE EXCEPTION 'a withdrawn note stays withdrawn' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER date_note_rules BEFORE UPDATE ON statistics_date_note FOR EACH ROW EXECUTE FUNCTION statistics_date_note_rules();

ALTER TABLE statistics_date_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY statistics_read ON statistics_date_note FOR SELECT USING (statistics_reads_unit(unit_id));
CREATE POLICY statistics_insert ON statistics_date_note FOR INSERT
    WITH CHECK (author_id = access_actor() AND NOT withdrawn AND statistics_reads_unit(unit_id));
CREATE POLICY statistics_update ON statistics_date_note FOR UPDATE USING (author_id = access_actor()) WITH CHECK (author_id = access_actor());
REVOKE UPDATE, DELETE, TRUNCATE ON statistics_date_note FROM hoso_app;
GRANT UPDATE (withdrawn) ON statistics_date_note TO hoso_app;
