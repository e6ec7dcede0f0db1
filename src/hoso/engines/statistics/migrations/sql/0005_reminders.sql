-- Whom to tell that a report has not come: of every account that enters figures at a unit itself, the reports it lacks. That
-- a report lacks is told to nobody else by this; no figure is read. `units` confines it to some; NULL: to none.
CREATE FUNCTION statistics_to_remind(sets integer[], isos text[], starts date[], ends date[], tiers text[], dues date[], units bigint[])
RETURNS TABLE (account_id bigint, unit_id bigint, data_set_id integer, iso text, due date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH enters AS (
        SELECT DISTINCT a.account_id, coalesce(a.place_id::bigint, -a.facility_id::bigint) AS unit_id
        FROM accounts_assignment a JOIN accounts_account c ON c.id = a.account_id AND c.is_active
        JOIN access_role r ON r.key = a.role AND 'statistics.write' = ANY (r.permissions)
        WHERE a.valid_from <= current_date AND (a.valid_to IS NULL OR a.valid_to > current_date)
          AND (a.place_id IS NOT NULL OR a.facility_id IS NOT NULL))
    SELECT e.account_id, u.id, q.data_set_id, q.iso, q.due
    FROM enters e JOIN statistics_unit u ON u.id = e.unit_id AND (units IS NULL OR u.id = ANY (units))
    JOIN unnest(sets, isos, starts, ends, tiers, dues) q(data_set_id, iso, start_day, end_day, tier, due) ON true
    JOIN statistics_data_set s ON s.id = q.data_set_id AND q.tier = u.tier AND (u.tier = ANY (s.tiers) OR EXISTS (
        SELECT 1 FROM statistics_data_set_unit o WHERE (o.data_set_id, o.unit_id) = (q.data_set_id, u.id)))
    WHERE (u.valid_from IS NULL OR u.valid_from <= q.end_day) AND (u.valid_to IS NULL OR u.valid_to >= q.start_day)
      AND NOT EXISTS (SELECT 1 FROM statistics_completion c JOIN statistics_period p ON p.id = c.period_id AND p.iso = q.iso
                      WHERE (c.data_set_id, c.unit_id) = (q.data_set_id, u.id) AND c.completed)
    ORDER BY 1, 2, 5, 3
$$;
