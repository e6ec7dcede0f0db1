-- A one-time grant rests on a consent of this very person to share, given and not withdrawn, and ends with it at the latest.
CREATE FUNCTION sharing_grant_rests_on_consent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM consent_decision c
        WHERE 'Consent/' || c.id = NEW.source AND c.person_id = NEW.person_id AND c.purpose = 'visit_sharing'
          AND c.given AND c.withdrawn_at IS NULL AND NEW.ends_at <= coalesce(c.valid_until, 'infinity')) THEN
        RAISE EXCEPTION 'one-time access without the person''s consent'
            USING ERRCODE = '23514', CONSTRAINT = 'grant_one_time_rests_on_consent';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_grant_rests_on_consent BEFORE INSERT ON access_grant
    FOR EACH ROW WHEN (NEW.kind = 'one_time') EXECUTE FUNCTION sharing_grant_rests_on_consent();
