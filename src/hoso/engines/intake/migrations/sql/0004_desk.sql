-- What the desk did about a visit in quarantine, by whom and when. Only ever added to.
CREATE TABLE intake_desk_act (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    package_id  bigint NOT NULL,
    ordinal     integer NOT NULL,
    facility_id bigint NOT NULL,
    act         text NOT NULL CHECK (act IN ('returned', 'recheck_asked')),
    note        text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    acted_by    bigint NOT NULL,
    acted_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (package_id, ordinal) REFERENCES intake_visit
);
CREATE INDEX intake_desk_act_of_visit ON intake_desk_act (package_id, ordinal, id DESC);
SELECT access_protect_facility_table('intake_desk_act');
REVOKE UPDATE, DELETE ON intake_desk_act FROM hoso_app;
