-- Who sees and writes figures: whoever holds the permission for the stated purpose, at a facility, in a place and all
-- below it, or everywhere. The actor's places are looked up once a query.

CREATE FUNCTION statistics_everywhere(permission text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(bool_or(everywhere AND facility_id IS NULL AND place_id IS NULL), false)
    FROM access_assignments() WHERE permission = ANY (permissions)
$$;
CREATE FUNCTION statistics_places(permission text) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT places_within(coalesce(array_agg(place_id) FILTER (WHERE place_id IS NOT NULL), '{}'))
    FROM access_assignments() WHERE permission = ANY (permissions)
$$;
CREATE FUNCTION statistics_facilities(permission text) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(facility_id) FILTER (WHERE facility_id IS NOT NULL), '{}')
    FROM access_assignments() WHERE permission = ANY (permissions)
$$;

CREATE FUNCTION statistics_protect(target regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE reach text := $reach$
    ((SELECT statistics_everywhere(%1$L)) OR place_id = ANY ((SELECT statistics_places(%1$L))::bigint[])
     OR facility_id = ANY ((SELECT statistics_facilities(%1$L))::bigint[]))$reach$;
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY statistics_read ON %s FOR SELECT USING %s', target, format(reach, 'statistics.read'));
    EXECUTE format('CREATE POLICY statistics_insert ON %s FOR INSERT WITH CHECK %s', target, format(reach, 'statistics.write'));
    EXECUTE format('CREATE POLICY statistics_update ON %1$s FOR UPDATE USING %2$s WITH CHECK %2$s', target,
                   format(reach, 'statistics.write'));
    EXECUTE format('REVOKE DELETE, TRUNCATE ON %s FROM hoso_app', target);
END $$;
SELECT statistics_protect('statistics_value');
SELECT statistics_protect('statistics_value_history');
SELECT statistics_protect('statistics_completion');
REVOKE INSERT, UPDATE ON statistics_value_history FROM hoso_app;

-- An act is written once, in the actor's own name; it is read by whoever reads figures.
ALTER TABLE statistics_act ENABLE ROW LEVEL SECURITY;
CREATE POLICY statistics_read ON statistics_act FOR SELECT USING ((SELECT access_may('statistics.read')));
CREATE POLICY statistics_insert ON statistics_act FOR INSERT
    WITH CHECK ((SELECT access_may('statistics.write')) AND account_id = access_actor());
REVOKE UPDATE, DELETE, TRUNCATE ON statistics_act FROM hoso_app;

-- What may be reported is known to everybody; only who defines it changes it.
CREATE FUNCTION statistics_protect_catalogue(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY statistics_read ON %s FOR SELECT USING (true)', target);
    EXECUTE format('CREATE POLICY statistics_define ON %s USING ((SELECT access_may(''statistics.define'')))', target);
    EXECUTE format('REVOKE TRUNCATE ON %s FROM hoso_app', target);
END $$;
SELECT statistics_protect_catalogue(name) FROM unnest(ARRAY['statistics_option', 'statistics_dimension',
    'statistics_combo', 'statistics_element', 'statistics_data_set', 'statistics_data_set_element',
    'statistics_data_set_unit', 'statistics_alias']::regclass[]) AS name;
-- A key that is used for the first time is noted by whoever writes the figure.
ALTER TABLE statistics_split ENABLE ROW LEVEL SECURITY;
CREATE POLICY statistics_read ON statistics_split FOR SELECT USING (true);
CREATE POLICY statistics_insert ON statistics_split FOR INSERT
    WITH CHECK ((SELECT access_may('statistics.write')) OR (SELECT access_may('statistics.define')));
CREATE POLICY statistics_update ON statistics_split FOR UPDATE USING ((SELECT access_may('statistics.define')));
REVOKE DELETE, TRUNCATE ON statistics_split FROM hoso_app;
ALTER TABLE statistics_period ENABLE ROW LEVEL SECURITY;
CREATE POLICY statistics_read ON statistics_period FOR SELECT USING (true);
CREATE POLICY statistics_insert ON statistics_period FOR INSERT WITH CHECK ((SELECT access_may('statistics.write')));
REVOKE UPDATE, DELETE, TRUNCATE ON statistics_period FROM hoso_app;

-- Figures are no person's data: their changes need no right to write records. They name no person.
CREATE POLICY statistics_insert ON changes_change FOR INSERT
    WITH CHECK (person_id = 0 AND starts_with(topic, 'statistics.') AND (SELECT access_may('statistics.write')));
CREATE POLICY statistics_read ON changes_change FOR SELECT
    USING (person_id = 0 AND starts_with(topic, 'statistics.') AND (SELECT statistics_everywhere('statistics.read')));
