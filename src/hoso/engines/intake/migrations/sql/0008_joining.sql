-- What is filed of one person goes to another: `person_id` alone moves, in every table that has it beside `source_person_id`,
-- those of later migrations too. Who a person is (people_person) and what others were told of them (changes_change) stay.
--
-- `sources`: of the old person only what was filed under these, and what is about their visits; NULL: everything.
-- `home`: where the new person lives, for the tables whose rows are locked by it.
CREATE FUNCTION intake_move_person(old bigint, new bigint, sources bigint[], home bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
DECLARE
    target record;
    visits text[];
    filter text;
BEGIN
    IF NOT access_may('record.write') OR NOT access_may('conflict.decide') THEN
        RAISE EXCEPTION 'not allowed to join persons' USING ERRCODE = '42501';
    END IF;
    SELECT coalesce(array_agg(DISTINCT encounter), '{}') INTO visits FROM records_resource
        WHERE person_id = old AND encounter IS NOT NULL AND (sources IS NULL OR source_person_id = ANY (sources));
    FOR target IN
        SELECT c.oid::regclass AS name,
               bool_or(a.attname = 'encounter') AS of_visits,
               bool_or(a.attname = 'place_id') AND c.relname ~ '^(people|records)_' AS has_home
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND c.relname NOT IN ('people_person', 'people_conflict', 'people_pair', 'changes_change', 'access_filter_log')
        GROUP BY c.oid, c.relname
        HAVING bool_or(a.attname = 'person_id') AND bool_or(a.attname = 'source_person_id')
        ORDER BY 1
    LOOP
        filter := CASE WHEN sources IS NULL THEN 'true' WHEN target.of_visits THEN '(source_person_id = ANY ($3) OR encounter = ANY ($4))'
                       ELSE 'source_person_id = ANY ($3)' END;
        EXECUTE format('UPDATE %s SET person_id = $2%s WHERE person_id = $1 AND %s', target.name,
                       CASE WHEN target.has_home THEN ', place_id = $5' ELSE '' END, filter)
            USING old, new, sources, visits, home;
    END LOOP;
END $$;

-- A correction that is about somebody else takes the visit along, with what is said of where it was filed.
GRANT UPDATE (source_person_id) ON records_resource_version TO hoso_app;
