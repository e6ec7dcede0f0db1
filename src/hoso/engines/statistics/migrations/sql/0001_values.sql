-- Reported figures, who wrote them, and what they were before.

-- One act of writing: every value names the act that made it what it is (who, when, why).
CREATE TABLE statistics_act (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    account_id bigint NOT NULL,
    actor      text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('cell', 'import')),
    reason     text NOT NULL DEFAULT '',
    rows       integer NOT NULL DEFAULT 0     -- of an import: rows received
);

CREATE TABLE statistics_value (
    unit_id      bigint NOT NULL,             -- of statistics_unit: as it was in the period
    period_id    integer NOT NULL REFERENCES statistics_period,
    element_id   integer NOT NULL REFERENCES statistics_element,
    split_id     integer NOT NULL REFERENCES statistics_split,
    attribute_id integer NOT NULL REFERENCES statistics_split,
    place_id     bigint NOT NULL,             -- where the unit lay at the end of the period
    facility_id  bigint NOT NULL,             -- 0 where an administrative unit reports
    number       numeric,                     -- figures and yes/no (1, 0) …
    text         text,                        -- … or anything else, as given
    comment      text CHECK (length(comment) <= 5000),
    follow_up    boolean NOT NULL DEFAULT false,
    deleted      boolean NOT NULL DEFAULT false,
    act_id       bigint NOT NULL REFERENCES statistics_act,
    first_act_id bigint NOT NULL REFERENCES statistics_act,
    PRIMARY KEY (unit_id, period_id, element_id, split_id, attribute_id),
    -- Blank is no row; what was taken back stays, marked.
    CONSTRAINT one_value CHECK (num_nonnulls(number, text) = 1),
    CONSTRAINT facility_of_unit CHECK (facility_id = greatest(-unit_id, 0))
);
CREATE INDEX statistics_value_element ON statistics_value (element_id, period_id);
CREATE INDEX statistics_value_act ON statistics_value (act_id);

-- What a value was before each change; written by the trigger alone.
CREATE TABLE statistics_value_history (
    unit_id      bigint NOT NULL,
    period_id    integer NOT NULL,
    element_id   integer NOT NULL,
    split_id     integer NOT NULL,
    attribute_id integer NOT NULL,
    place_id     bigint NOT NULL,
    facility_id  bigint NOT NULL,
    number       numeric,
    text         text,
    comment      text,
    follow_up    boolean NOT NULL,
    deleted      boolean NOT NULL,
    act_id       bigint NOT NULL,             -- that had written it
    changed_by   bigint NOT NULL REFERENCES statistics_act,  -- that wrote over it
    PRIMARY KEY (unit_id, period_id, element_id, split_id, attribute_id, changed_by)
);
-- Nothing is known beforehand of how many rows the two tables hold: without a nested loop many cost no more than their join.
CREATE FUNCTION statistics_keep_history() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET enable_nestloop = off AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM before_change b JOIN after_change a
               USING (unit_id, period_id, element_id, split_id, attribute_id)
               WHERE a.act_id = b.act_id OR a.first_act_id <> b.first_act_id) THEN
        RAISE EXCEPTION 'a changed value names the act that changed it' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO statistics_value_history
    SELECT b.unit_id, b.period_id, b.element_id, b.split_id, b.attribute_id, b.place_id, b.facility_id, b.number, b.text,
           b.comment, b.follow_up, b.deleted, b.act_id, a.act_id
    FROM before_change b JOIN after_change a USING (unit_id, period_id, element_id, split_id, attribute_id);
    RETURN NULL;
END $$;
CREATE TRIGGER statistics_history AFTER UPDATE ON statistics_value
    REFERENCING OLD TABLE AS before_change NEW TABLE AS after_change
    FOR EACH STATEMENT EXECUTE FUNCTION statistics_keep_history();

-- A key never changes: the history above would lose it.
CREATE FUNCTION statistics_refuse_new_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the key of a value never changes' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER statistics_same_key BEFORE UPDATE ON statistics_value FOR EACH ROW
    WHEN ((OLD.unit_id, OLD.period_id, OLD.element_id, OLD.split_id, OLD.attribute_id)
          IS DISTINCT FROM (NEW.unit_id, NEW.period_id, NEW.element_id, NEW.split_id, NEW.attribute_id))
    EXECUTE FUNCTION statistics_refuse_new_key();

-- That a unit said a report is complete; taking it back is a new state of the row.
CREATE TABLE statistics_completion (
    data_set_id  integer NOT NULL REFERENCES statistics_data_set,
    period_id    integer NOT NULL REFERENCES statistics_period,
    unit_id      bigint NOT NULL,
    attribute_id integer NOT NULL REFERENCES statistics_split,
    place_id     bigint NOT NULL,
    facility_id  bigint NOT NULL,
    completed    boolean NOT NULL,
    day          date NOT NULL,
    act_id       bigint NOT NULL REFERENCES statistics_act,
    PRIMARY KEY (data_set_id, period_id, unit_id, attribute_id)
);
