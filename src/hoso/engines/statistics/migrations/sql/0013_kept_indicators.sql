-- Indicators that this house keeps beside the shipped ones (definitions/indicators). A change is a new version; one that is
-- retired has a last version that says so. Nothing is changed or removed.
CREATE TABLE statistics_indicator (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code        text NOT NULL CONSTRAINT indicator_code CHECK (code ~ '^[A-Z][A-Z0-9_]{1,39}$'),
    version     integer NOT NULL CHECK (version > 0),
    title_vi    text NOT NULL CONSTRAINT indicator_title CHECK (btrim(title_vi) <> '' AND length(title_vi) <= 230),
    title_en    text NOT NULL CHECK (length(title_en) <= 230),
    numerator   text NOT NULL CHECK (length(numerator) <= 2000),
    denominator text NOT NULL CHECK (length(denominator) <= 2000),
    factor      integer NOT NULL CHECK (factor BETWEEN 1 AND 1000000),
    retired     boolean NOT NULL DEFAULT false,
    account_id  bigint NOT NULL REFERENCES accounts_account,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT indicator_version UNIQUE (code, version)
);
ALTER TABLE statistics_indicator ENABLE ROW LEVEL SECURITY;
CREATE POLICY statistics_read ON statistics_indicator FOR SELECT USING (true);
CREATE POLICY statistics_insert ON statistics_indicator FOR INSERT
    WITH CHECK ((SELECT access_may('statistics.define')) AND account_id = access_actor());
REVOKE UPDATE, DELETE, TRUNCATE ON statistics_indicator FROM hoso_app;

CREATE FUNCTION statistics_indicator_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a version of an indicator is never changed or removed';
END $$;
CREATE TRIGGER indicator_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON statistics_indicator
    FOR EACH STATEMENT EXECUTE FUNCTION statistics_indicator_stays();
