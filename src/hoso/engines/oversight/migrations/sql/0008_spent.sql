-- What watching costs: seconds that its tasks worked, by day. Jobs that went well are not kept, so it is added up here.
CREATE TABLE oversight_spent (
    day     date NOT NULL DEFAULT current_date,
    task    text NOT NULL,
    times   integer NOT NULL DEFAULT 1 CHECK (times > 0),
    seconds double precision NOT NULL CHECK (seconds >= 0),
    PRIMARY KEY (day, task)
);
REVOKE ALL ON oversight_spent FROM hoso_app, hoso_reader;
GRANT SELECT, INSERT, UPDATE ON oversight_spent TO hoso_app;
