-- What explains accesses, out of the house's own tables, as ids and times: who was in care where, who treated, what was opened to
-- whom. Only for who may oversee, and only into the memory in which explanations are asked (engines/oversight/watching.py).
CREATE FUNCTION oversight_facts(since timestamptz)
RETURNS TABLE (kind text, first timestamptz, last timestamptz, account bigint, person bigint, facility bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT told.* FROM (
        SELECT 'visit', c.first_day::timestamptz, c.last_day::timestamptz + interval '1 day', NULL::bigint, c.person_id, c.facility_id
        FROM access_care_relation c WHERE c.last_day >= since
        UNION ALL
        SELECT CASE t.kind WHEN 'own' THEN 'visit' ELSE 'team' END, t.starts_at, coalesce(t.ends_at, now()),
               coalesce(t.account_id, l.account_id), t.person_id, t.facility_id
        FROM access_care_team t LEFT JOIN accounts_licence l ON l.number = t.licence AND l.ended_at IS NULL
        WHERE coalesce(t.ends_at, now()) >= since AND coalesce(t.account_id, l.account_id) IS NOT NULL
        UNION ALL
        SELECT CASE g.kind WHEN 'break_glass' THEN 'break_glass' ELSE 'grant' END, g.starts_at, coalesce(g.revoked_at, g.ends_at),
               g.account_id, g.person_id, g.facility_id
        FROM access_grant g WHERE g.ends_at >= since AND g.account_id IS NOT NULL
    ) AS told (kind, first, last, account, person, facility)
    WHERE (SELECT access_may('audit.read'))
$$;
REVOKE EXECUTE ON FUNCTION oversight_facts(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oversight_facts(timestamptz) TO hoso_app;
