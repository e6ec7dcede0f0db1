-- Beside the visits, what a reading of the record counted of vaccine doses.
ALTER TABLE statistics_record_reading
    ADD COLUMN doses       integer NOT NULL DEFAULT 0 CHECK (doses >= 0),                            -- given in the period
    ADD COLUMN doses_apart integer NOT NULL DEFAULT 0 CHECK (doses_apart BETWEEN 0 AND doses);       -- that no row of the form counts
