-- What the public reads of a year of oversight: counts, laid down by one officer and published by another, and never changed.
-- A year that was told wrongly is laid down anew; the later publication stands, the earlier one is kept.
CREATE TABLE oversight_year (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    year         smallint NOT NULL CHECK (year BETWEEN 2020 AND 2999),
    content      jsonb NOT NULL,                        -- engines/oversight/years.py says what it holds
    laid_by      bigint NOT NULL REFERENCES accounts_account,
    laid_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    published_by bigint REFERENCES accounts_account,
    published_at timestamptz,
    CONSTRAINT year_takes_two CHECK (published_by <> laid_by),
    CONSTRAINT year_published_by_somebody CHECK ((published_by IS NULL) = (published_at IS NULL))
);
CREATE INDEX oversight_year_published ON oversight_year (year, published_at) WHERE published_at IS NOT NULL;
ALTER TABLE oversight_year ENABLE ROW LEVEL SECURITY;
CREATE POLICY year_read ON oversight_year FOR SELECT USING (published_at IS NOT NULL OR (SELECT access_may('case.handle')));
CREATE POLICY year_lay_down ON oversight_year FOR INSERT WITH CHECK ((SELECT access_may('case.handle')));
CREATE POLICY year_publish ON oversight_year FOR UPDATE USING ((SELECT access_may('case.handle')));
REVOKE ALL ON oversight_year FROM hoso_app, hoso_reader;
GRANT SELECT, INSERT ON oversight_year TO hoso_app;
GRANT UPDATE (published_by, published_at) ON oversight_year TO hoso_app;

CREATE FUNCTION oversight_year_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.laid_by IS DISTINCT FROM access_actor() OR NEW.published_by IS NOT NULL THEN
            RAISE EXCEPTION 'a year is laid down in one''s own name, and published later';
        ELSIF NEW.year >= extract(year FROM now()) THEN
            RAISE EXCEPTION 'a year that is not over' USING ERRCODE = '23514', CONSTRAINT = 'year_is_over';
        END IF;
        NEW.laid_at := clock_timestamp();
    ELSIF OLD.published_at IS NOT NULL OR NEW.published_by IS DISTINCT FROM access_actor() THEN
        RAISE EXCEPTION 'a year is published once, in one''s own name' USING ERRCODE = '23514', CONSTRAINT = 'year_once';
    ELSE
        NEW.published_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER year_rules BEFORE INSERT OR UPDATE ON oversight_year FOR EACH ROW EXECUTE FUNCTION oversight_year_rules();
CREATE TRIGGER year_stays BEFORE DELETE OR TRUNCATE ON oversight_year
    FOR EACH STATEMENT EXECUTE FUNCTION oversight_stays();

-- The counts of one year, past row security: a case about whoever lays the year down counts like any other. Times of Việt Nam.
CREATE FUNCTION oversight_count_year(of_year integer, roles text[], tiers text[]) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first timestamptz := make_timestamptz(of_year, 1, 1, 0, 0, 0, 'Asia/Ho_Chi_Minh');
    after timestamptz := make_timestamptz(of_year + 1, 1, 1, 0, 0, 0, 'Asia/Ho_Chi_Minh');
    used jsonb;
    counted jsonb;
BEGIN
    IF NOT access_may('case.handle') THEN RAISE EXCEPTION 'no right to count cases' USING ERRCODE = '42501'; END IF;
    SELECT coalesce(jsonb_agg(jsonb_build_object('tier', tier, 'accounts', accounts, 'events', events) ORDER BY tier), '[]')
    INTO used FROM (
        SELECT coalesce(t.tier, s.tier) AS tier, count(DISTINCT e.account_id) AS accounts, count(*) AS events
        FROM oversight_event e JOIN oversight_source s ON s.id = e.source_id
        LEFT JOIN unnest(roles, tiers) AS t (role, tier) ON t.role = e.role
        WHERE e.at >= first AND e.at < after GROUP BY 1) AS of_tier;
    SELECT jsonb_build_object('systems', count(DISTINCT source_id), 'persons', count(DISTINCT person_id),
                              'emergencies', count(*) FILTER (WHERE break_glass))
    INTO counted FROM oversight_event WHERE at >= first AND at < after;
    counted := counted || jsonb_build_object('tiers', used);
    counted := counted || (
        SELECT jsonb_build_object('opened', count(*),
            'hours_to_detect', extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY c.opened_at - e.earliest)) / 3600)
        FROM oversight_case c JOIN (SELECT case_id, min(at) AS earliest FROM oversight_evidence GROUP BY 1) e ON e.case_id = c.id
        WHERE c.opened_at >= first AND c.opened_at < after);
    counted := counted || (
        SELECT jsonb_build_object('closed', count(*), 'confirmed', count(*) FILTER (WHERE p.outcome = 'confirmed'),
            'justified', count(*) FILTER (WHERE p.outcome = 'justified'),
            'false_alarm', count(*) FILTER (WHERE p.outcome = 'false_alarm'),
            'inconclusive', count(*) FILTER (WHERE p.outcome = 'inconclusive'),
            'hours_to_close', extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY p.decided_at - c.opened_at)) / 3600)
        FROM oversight_proposal p JOIN oversight_case c ON c.id = p.case_id
        WHERE p.kind = 'close' AND p.agreed AND p.decided_at >= first AND p.decided_at < after);
    RETURN counted || jsonb_build_object(
        'suspended', (SELECT count(*) FROM oversight_proposal
                      WHERE kind = 'suspend' AND agreed AND decided_at >= first AND decided_at < after),
        'told', (SELECT count(*) FROM oversight_letter WHERE told_at >= first AND told_at < after),
        'incidents', (SELECT count(*) FROM oversight_handover WHERE handed_at >= first AND handed_at < after));
END $$;
REVOKE EXECUTE ON FUNCTION oversight_count_year(integer, text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oversight_count_year(integer, text[], text[]) TO hoso_app;
