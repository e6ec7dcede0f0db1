-- The review that every break-glass owes: due in working days, by somebody else, told again when it is late.

CREATE TABLE access_review (
    grant_id     bigint PRIMARY KEY REFERENCES access_grant,
    opened_by    bigint NOT NULL,
    due_on       date NOT NULL,
    escalated_at timestamptz,
    reviewed_at  timestamptz,
    reviewed_by  bigint,
    verdict      text CHECK (verdict IN ('justified', 'not_justified')),
    note         text NOT NULL DEFAULT '',
    CONSTRAINT review_is_whole CHECK (num_nonnulls(reviewed_at, reviewed_by, verdict) IN (0, 3)),
    CONSTRAINT review_by_somebody_else CHECK (reviewed_by IS DISTINCT FROM opened_by),
    CONSTRAINT review_finds_words CHECK (verdict IS NULL OR verdict = 'justified' OR length(btrim(note)) >= 10)
);
CREATE INDEX access_review_waiting ON access_review (due_on) WHERE reviewed_at IS NULL;

-- No break-glass without a review that waits for it: checked when the transaction ends.
CREATE FUNCTION access_break_glass_owes_review() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM access_review WHERE grant_id = NEW.id) THEN
        RAISE EXCEPTION 'break-glass without a review' USING ERRCODE = '23514', CONSTRAINT = 'grant_break_glass_owes_review';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER access_break_glass_owes_review AFTER INSERT ON access_grant
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind = 'break_glass')
    EXECUTE FUNCTION access_break_glass_owes_review();

CREATE FUNCTION access_review_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR OLD.reviewed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a review is given once and never removed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_review_stays BEFORE UPDATE OR DELETE ON access_review
    FOR EACH ROW EXECUTE FUNCTION access_review_stays();

ALTER TABLE access_review ENABLE ROW LEVEL SECURITY;
CREATE POLICY review_sight ON access_review FOR SELECT USING (
    opened_by = (SELECT access_actor()) OR (SELECT access_may('grant.review')));
CREATE POLICY review_owe ON access_review FOR INSERT WITH CHECK (opened_by = (SELECT access_actor()));
CREATE POLICY review_give ON access_review FOR UPDATE USING ((SELECT access_may('grant.review')))
    WITH CHECK (reviewed_by = (SELECT access_actor()));
REVOKE UPDATE, DELETE, TRUNCATE ON access_review FROM hoso_app;
GRANT UPDATE (reviewed_at, reviewed_by, verdict, note) ON access_review TO hoso_app;

-- Marks the reviews that are late on this day and gives them; each is given once.
CREATE FUNCTION access_escalate_reviews(today date) RETURNS TABLE (grant_id bigint, due_on date)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    RETURN QUERY UPDATE access_review r SET escalated_at = clock_timestamp()
        WHERE r.reviewed_at IS NULL AND r.escalated_at IS NULL AND r.due_on < today RETURNING r.grant_id, r.due_on;
END $$;

-- Active accounts that hold a permission today: whom a notice is for.
CREATE FUNCTION access_holders(wanted text) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT coalesce(array_agg(DISTINCT a.account_id), '{}')
    FROM accounts_assignment a
    JOIN accounts_account c ON c.id = a.account_id AND c.is_active
    JOIN access_role r ON r.key = a.role AND wanted = ANY (r.permissions)
    WHERE a.valid_from <= current_date AND (a.valid_to IS NULL OR a.valid_to > current_date)
$$;

-- By what the actor is tied to a person: care at a facility, openings that live. For saying which rule decided.
CREATE FUNCTION access_ties(wanted bigint) RETURNS TABLE (relation text, facility_id bigint, state text, kind text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    RETURN QUERY
    SELECT 'facility', care.facility_id,
           CASE WHEN max(care.last_day) >= current_date THEN 'in_treatment' ELSE 'closed' END, ''
    FROM access_care_relation care
    WHERE care.person_id = wanted AND care.facility_id = ANY (access_persons_facilities())
    GROUP BY care.facility_id
    UNION ALL
    SELECT t.kind, NULL, '', '' FROM access_care_team t
    WHERE t.person_id = wanted AND t.account_id = access_actor() AND (t.ends_at IS NULL OR t.ends_at > statement_timestamp())
    UNION ALL
    SELECT 'granted', g.facility_id, '', g.kind FROM access_grant g
    WHERE g.person_id = wanted AND g.revoked_at IS NULL AND g.purpose = current_setting('hoso.purpose', true)
      AND (g.account_id = access_actor() OR g.account_id IS NULL)
      AND g.starts_at <= statement_timestamp() AND g.ends_at > statement_timestamp();
END $$;
