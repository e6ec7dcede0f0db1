-- The one statement that writes an event, as a function whose plan a session keeps: planning an INSERT into two levels of
-- partitions cost as much as doing it (docs/performance.md). It runs with the rights of who calls it.
CREATE FUNCTION audit_record(
    store text, spooled_at timestamptz, actor_id bigint, actor_name text, role text, purpose text, action text, route text,
    person_id bigint, object text, facility_id bigint, outcome text, reason text, sensitive boolean, break_glass boolean,
    found integer, source text, source_port integer, device text, request_id uuid
) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO audit_event (store, spooled_at, actor_id, actor_name, role, purpose, action, route, person_id, object, facility_id,
                             outcome, reason, sensitive, break_glass, found, source, source_port, device, request_id, account_kind)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
            coalesce((SELECT a.kind FROM accounts_account a WHERE a.id = $3), ''));
END $$;
