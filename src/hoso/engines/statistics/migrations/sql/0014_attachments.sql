-- Papers beside a reported figure: a page of the register, minutes, a letter. The file is kept once (core/files/originals.py); its
-- row is never changed but for being taken off, which says by whom and leaves the file.
CREATE TABLE statistics_attachment (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit_id     bigint NOT NULL,
    period_id   integer NOT NULL REFERENCES statistics_period,
    element_id  integer NOT NULL REFERENCES statistics_element,
    split_id    integer NOT NULL REFERENCES statistics_split,
    place_id    bigint NOT NULL,                        -- as of the figure it stands beside
    facility_id bigint NOT NULL,
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    kind        text NOT NULL CHECK (kind IN ('pdf', 'png', 'jpeg', 'xlsx', 'docx')),
    size        integer NOT NULL CONSTRAINT attachment_size CHECK (size BETWEEN 1 AND 10485760),
    sha256      bytea NOT NULL CHECK (octet_length(sha256) = 32),
    account_id  bigint NOT NULL REFERENCES accounts_account,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    removed_by  bigint REFERENCES accounts_account,
    removed_at  timestamptz,
    CONSTRAINT attachment_removal_is_whole CHECK ((removed_by IS NULL) = (removed_at IS NULL))
);
CREATE INDEX statistics_attachment_cell ON statistics_attachment (unit_id, period_id, element_id) WHERE removed_at IS NULL;
SELECT statistics_protect('statistics_attachment');
REVOKE UPDATE ON statistics_attachment FROM hoso_app;
GRANT UPDATE (removed_by, removed_at) ON statistics_attachment TO hoso_app;

CREATE FUNCTION statistics_attachment_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.account_id IS DISTINCT FROM access_actor() OR NEW.removed_by IS NOT NULL THEN
            RAISE EXCEPTION 'a paper is put beside a figure in one''s own name';
        END IF;
        NEW.at := clock_timestamp();
    ELSIF OLD.removed_at IS NOT NULL OR NEW.removed_by IS DISTINCT FROM access_actor() THEN
        RAISE EXCEPTION 'a paper is taken off once, in one''s own name';
    ELSE
        NEW.removed_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attachment_rules BEFORE INSERT OR UPDATE ON statistics_attachment
    FOR EACH ROW EXECUTE FUNCTION statistics_attachment_rules();
