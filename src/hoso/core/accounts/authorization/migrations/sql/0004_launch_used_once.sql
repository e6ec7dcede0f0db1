-- A launch keeps what it was made of; once used it stays used, whoever asks.
CREATE FUNCTION authorization_launch_is_used_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.used_at IS NOT NULL OR NEW.used_at IS NULL
       OR to_jsonb(NEW) - 'used_at' IS DISTINCT FROM to_jsonb(OLD) - 'used_at' THEN
        RAISE EXCEPTION 'a launch is used once and never changed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER authorization_launch_is_used_once BEFORE UPDATE ON authorization_launch
    FOR EACH ROW EXECUTE FUNCTION authorization_launch_is_used_once();
