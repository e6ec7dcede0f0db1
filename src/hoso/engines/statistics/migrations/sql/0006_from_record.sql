-- What the record proposed for a report: each reading of it is kept with what it proposed, by which count of which version.
-- What was reported stands in statistics_value; the two side by side are the difference.

CREATE TABLE statistics_record_reading (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    data_set_id integer NOT NULL REFERENCES statistics_data_set,
    period_id   integer NOT NULL REFERENCES statistics_period,
    unit_id     bigint NOT NULL,
    place_id    bigint NOT NULL,              -- where the unit lay at the end of the period
    facility_id bigint NOT NULL CHECK (facility_id = greatest(-unit_id, 0)),
    visits      integer NOT NULL CHECK (visits >= 0),                          -- that ended in the period
    unplaced    integer NOT NULL CHECK (unplaced BETWEEN 0 AND visits),        -- counted by a row, and in none of its parts
    account_id  bigint NOT NULL,
    actor       text NOT NULL,
    at          timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX statistics_record_reading_report ON statistics_record_reading (data_set_id, period_id, unit_id, id);

CREATE TABLE statistics_record_proposal (
    reading_id  bigint NOT NULL REFERENCES statistics_record_reading,
    element_id  integer NOT NULL REFERENCES statistics_element,
    options     text[] NOT NULL,              -- keys, one of each dimension of the row: the split may not be noted yet
    number      numeric NOT NULL CHECK (number >= 0),
    count_key   text NOT NULL CHECK (count_key <> ''),
    version     text NOT NULL CHECK (version <> ''),
    place_id    bigint NOT NULL,
    facility_id bigint NOT NULL,
    PRIMARY KEY (reading_id, element_id, options)
);

SELECT statistics_protect_approval('statistics_record_reading');
SELECT statistics_protect_approval('statistics_record_proposal');
CREATE POLICY statistics_insert ON statistics_record_reading FOR INSERT WITH CHECK (
    account_id = access_actor() AND ((SELECT statistics_everywhere('statistics.write'))
        OR place_id = ANY ((SELECT statistics_places('statistics.write'))::bigint[])
        OR facility_id = ANY ((SELECT statistics_facilities('statistics.write'))::bigint[])));
-- What a reading proposed is written with it: nothing is put in afterwards.
CREATE POLICY statistics_insert ON statistics_record_proposal FOR INSERT WITH CHECK (
    EXISTS (SELECT 1 FROM statistics_record_reading r WHERE r.id = reading_id AND r.account_id = access_actor()
            AND r.at >= transaction_timestamp() AND r.place_id = statistics_record_proposal.place_id
            AND r.facility_id = statistics_record_proposal.facility_id));
