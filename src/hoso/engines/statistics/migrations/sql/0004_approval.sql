-- Approval of a report (one data set, period and unit): the unit hands it in, the province approves, then the ministry.
-- Steps are only ever added; where a report stands follows from them and is kept by the trigger alone.

CREATE TABLE statistics_report (
    data_set_id integer NOT NULL REFERENCES statistics_data_set,
    period_id   integer NOT NULL REFERENCES statistics_period,
    unit_id     bigint NOT NULL,
    place_id    bigint NOT NULL,              -- where the unit lay at the end of the period
    facility_id bigint NOT NULL,
    province_id bigint NOT NULL,              -- 0 where it lay in none
    state       text NOT NULL CHECK (state IN ('handed_in', 'province', 'ministry', 'returned', 'reopened')),
    open_until  timestamptz,                  -- of a reopened one
    changed_at  timestamptz NOT NULL,
    PRIMARY KEY (data_set_id, period_id, unit_id),
    CHECK ((state = 'reopened') = (open_until IS NOT NULL))
);
CREATE INDEX statistics_report_state ON statistics_report (state, place_id);

CREATE TABLE statistics_approval_step (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    data_set_id integer NOT NULL REFERENCES statistics_data_set,
    period_id   integer NOT NULL REFERENCES statistics_period,
    unit_id     bigint NOT NULL,
    place_id    bigint NOT NULL,
    facility_id bigint NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('hand_in', 'approve', 'return', 'reopen', 'withdraw')),
    state       text,                         -- what became of it; written by the trigger
    reason      text NOT NULL DEFAULT '' CHECK (length(reason) <= 2000),
    open_until  timestamptz,
    account_id  bigint NOT NULL,
    actor       text NOT NULL,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT reason_given CHECK (kind NOT IN ('return', 'reopen', 'withdraw') OR reason <> ''),
    CONSTRAINT reopening_ends CHECK ((kind = 'reopen') = (open_until IS NOT NULL)
                                     AND (open_until IS NULL OR open_until <= at + interval '31 days'))
);
CREATE INDEX statistics_approval_step_report ON statistics_approval_step (data_set_id, period_id, unit_id, id);

-- The cells that a return is about, each with its reason. The others stay closed: they were right.
CREATE TABLE statistics_returned_cell (
    step_id    bigint NOT NULL REFERENCES statistics_approval_step,
    element_id integer NOT NULL REFERENCES statistics_element,
    split_id   integer NOT NULL REFERENCES statistics_split,
    place_id    bigint NOT NULL,
    facility_id bigint NOT NULL,
    reason     text NOT NULL CHECK (reason <> '' AND length(reason) <= 2000),
    PRIMARY KEY (step_id, element_id, split_id)
);

-- The province of a place: itself, or the unit of level 1 above it; 0 for none.
CREATE FUNCTION statistics_province_of(place bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    WITH RECURSIVE above AS (
        SELECT id, level, parent_id FROM places_place WHERE id = place
        UNION ALL SELECT p.id, p.level, p.parent_id FROM above a JOIN places_place p ON p.id = a.parent_id)
    SELECT coalesce((SELECT id FROM above WHERE level = 1), 0)
$$;

-- Whether a cell of a report may be written now. `returned` with cells named opens those alone.
CREATE FUNCTION statistics_cell_open(data_set integer, period integer, unit bigint, element integer, split integer)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce((
        SELECT CASE r.state
            WHEN 'reopened' THEN clock_timestamp() <= r.open_until
            WHEN 'returned' THEN NOT EXISTS (SELECT 1 FROM statistics_returned_cell c WHERE c.step_id = last.id)
                OR EXISTS (SELECT 1 FROM statistics_returned_cell c
                           WHERE c.step_id = last.id AND c.element_id = element AND c.split_id = split)
            ELSE false END
        FROM statistics_report r
        CROSS JOIN LATERAL (SELECT s.id FROM statistics_approval_step s
            WHERE (s.data_set_id, s.period_id, s.unit_id) = (r.data_set_id, r.period_id, r.unit_id)
            ORDER BY s.id DESC LIMIT 1) last
        WHERE (r.data_set_id, r.period_id, r.unit_id) = (data_set, period, unit)), true)
$$;

-- What was handed in or approved cannot be changed, by whatever way. One look for each statement.
CREATE FUNCTION statistics_refuse_closed() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET enable_nestloop = off AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM written w JOIN statistics_report r USING (period_id, unit_id)
               JOIN statistics_data_set_element m USING (data_set_id, element_id)
               WHERE NOT statistics_cell_open(r.data_set_id, r.period_id, r.unit_id, w.element_id, w.split_id)) THEN
        RAISE EXCEPTION 'a report that was handed in or approved is closed' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'report_closed';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER statistics_closed_to_new AFTER INSERT ON statistics_value
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION statistics_refuse_closed();
CREATE TRIGGER statistics_closed_to_changes AFTER UPDATE ON statistics_value
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION statistics_refuse_closed();

-- Who wrote a value of the report, in whatever version.
CREATE FUNCTION statistics_writers_of(data_set integer, period integer, unit bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT a.account_id FROM statistics_value v JOIN statistics_data_set_element m ON m.element_id = v.element_id
    JOIN statistics_act a ON a.id IN (v.act_id, v.first_act_id)
    WHERE m.data_set_id = data_set AND v.period_id = period AND v.unit_id = unit
    UNION SELECT a.account_id FROM statistics_value_history h
    JOIN statistics_data_set_element m ON m.element_id = h.element_id
    JOIN statistics_act a ON a.id IN (h.act_id, h.changed_by)
    WHERE m.data_set_id = data_set AND h.period_id = period AND h.unit_id = unit
$$;

CREATE FUNCTION statistics_take_step() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    was text; until timestamptz; province bigint; first_tier text; may_province boolean; may_ministry boolean; next text; refused boolean;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('statistics_report ' || NEW.data_set_id || ' ' || NEW.period_id
                                                   || ' ' || NEW.unit_id, 0));
    SELECT state, open_until INTO was, until FROM statistics_report
        WHERE (data_set_id, period_id, unit_id) = (NEW.data_set_id, NEW.period_id, NEW.unit_id);
    province := statistics_province_of(NEW.place_id);
    may_ministry := statistics_everywhere('statistics.approve');
    may_province := may_ministry OR province = ANY (statistics_places('statistics.approve'));
    -- A province's own report waits for the ministry at once.
    first_tier := CASE WHEN NEW.unit_id = province THEN 'ministry' ELSE 'province' END;
    IF NEW.kind = 'hand_in' THEN
        IF was IN ('handed_in', 'province', 'ministry') THEN
            RAISE EXCEPTION 'handed in already' USING ERRCODE = 'check_violation', CONSTRAINT = 'step_order';
        END IF;
        next := 'handed_in';
    ELSIF NEW.kind = 'approve' THEN
        next := CASE WHEN was = 'handed_in' THEN first_tier WHEN was = 'province' THEN 'ministry' END;
        IF next IS NULL THEN
            RAISE EXCEPTION 'nothing waits' USING ERRCODE = 'check_violation', CONSTRAINT = 'step_order';
        END IF;
        IF NEW.account_id IN (SELECT statistics_writers_of(NEW.data_set_id, NEW.period_id, NEW.unit_id))
           OR EXISTS (SELECT 1 FROM statistics_approval_step s WHERE s.account_id = NEW.account_id
                      AND (s.data_set_id, s.period_id, s.unit_id) = (NEW.data_set_id, NEW.period_id, NEW.unit_id)
                      AND s.kind IN ('hand_in', 'approve') AND s.id > coalesce((
                          SELECT max(b.id) FROM statistics_approval_step b WHERE b.kind IN ('return', 'reopen')
                          AND (b.data_set_id, b.period_id, b.unit_id) = (NEW.data_set_id, NEW.period_id, NEW.unit_id)), 0)) THEN
            RAISE EXCEPTION 'another one approves' USING ERRCODE = 'check_violation', CONSTRAINT = 'four_eyes';
        END IF;
    ELSIF NEW.kind IN ('return', 'reopen', 'withdraw') THEN
        -- Returned by whom it waits for; reopened by who approved it; an approval is withdrawn by who gives it.
        next := CASE NEW.kind
            WHEN 'return' THEN CASE WHEN was IN ('handed_in', 'province') THEN 'returned' END
            WHEN 'reopen' THEN CASE WHEN was IN ('handed_in', 'province', 'ministry') THEN 'reopened' END
            ELSE CASE WHEN was = 'province' OR (was = 'ministry' AND NEW.unit_id = province) THEN 'handed_in'
                      WHEN was = 'ministry' THEN 'province' END END;
        IF NEW.kind = 'reopen' AND NEW.open_until IS NULL THEN
            RAISE EXCEPTION 'until when?' USING ERRCODE = 'check_violation', CONSTRAINT = 'reopening_ends';
        END IF;
        IF next IS NULL OR NEW.open_until < NEW.at THEN
            RAISE EXCEPTION 'nothing to go back from' USING ERRCODE = 'check_violation', CONSTRAINT = 'step_order';
        END IF;
    END IF;
    IF NEW.kind <> 'hand_in' THEN
        refused := CASE
            WHEN NEW.kind = 'approve' THEN CASE next WHEN 'province' THEN NOT may_province ELSE NOT may_ministry END
            WHEN NEW.kind = 'return' AND was = 'handed_in' AND first_tier = 'province' THEN NOT may_province
            WHEN NEW.kind = 'return' THEN NOT may_ministry
            WHEN was = 'ministry' OR first_tier = 'ministry' THEN NOT may_ministry
            ELSE NOT may_province END;
        IF refused THEN
            RAISE EXCEPTION 'not the tier that decides' USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'deciding_tier';
        END IF;
    END IF;
    NEW.state := next;
    INSERT INTO statistics_report (data_set_id, period_id, unit_id, place_id, facility_id, province_id, state, open_until, changed_at)
        VALUES (NEW.data_set_id, NEW.period_id, NEW.unit_id, NEW.place_id, NEW.facility_id, province, next, NEW.open_until, NEW.at)
        ON CONFLICT (data_set_id, period_id, unit_id) DO UPDATE
        SET state = excluded.state, open_until = excluded.open_until, changed_at = excluded.changed_at;
    RETURN NEW;
END $$;
CREATE TRIGGER statistics_step BEFORE INSERT ON statistics_approval_step FOR EACH ROW EXECUTE FUNCTION statistics_take_step();

-- Cells are named while their return is the last word.
CREATE FUNCTION statistics_check_returned_cell() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM statistics_approval_step s WHERE s.id = NEW.step_id AND s.kind = 'return'
                   AND s.account_id = access_actor() AND s.place_id = NEW.place_id AND s.facility_id = NEW.facility_id
                   AND NOT EXISTS (SELECT 1 FROM statistics_approval_step later WHERE later.id > s.id
                       AND (later.data_set_id, later.period_id, later.unit_id) = (s.data_set_id, s.period_id, s.unit_id))) THEN
        RAISE EXCEPTION 'a cell is returned with its report' USING ERRCODE = 'check_violation', CONSTRAINT = 'step_order';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER statistics_returned_cell_check BEFORE INSERT ON statistics_returned_cell
    FOR EACH ROW EXECUTE FUNCTION statistics_check_returned_cell();

-- Read by whoever reads the figures; a step is taken in one's own name by who may write or approve there.
CREATE FUNCTION statistics_protect_approval(target regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE reach text := $reach$
    ((SELECT statistics_everywhere(%1$L)) OR place_id = ANY ((SELECT statistics_places(%1$L))::bigint[])
     OR facility_id = ANY ((SELECT statistics_facilities(%1$L))::bigint[]))$reach$;
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY statistics_read ON %s FOR SELECT USING (%s)', target, format(reach, 'statistics.read'));
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM hoso_app', target);
END $$;
SELECT statistics_protect_approval('statistics_report');
SELECT statistics_protect_approval('statistics_approval_step');
SELECT statistics_protect_approval('statistics_returned_cell');
REVOKE INSERT ON statistics_report FROM hoso_app;
CREATE POLICY statistics_hand_in ON statistics_approval_step FOR INSERT WITH CHECK (
    account_id = access_actor() AND kind = 'hand_in' AND ((SELECT statistics_everywhere('statistics.write'))
        OR place_id = ANY ((SELECT statistics_places('statistics.write'))::bigint[])
        OR facility_id = ANY ((SELECT statistics_facilities('statistics.write'))::bigint[])));
CREATE POLICY statistics_decide ON statistics_approval_step FOR INSERT WITH CHECK (
    account_id = access_actor() AND kind <> 'hand_in' AND ((SELECT statistics_everywhere('statistics.approve'))
        OR place_id = ANY ((SELECT statistics_places('statistics.approve'))::bigint[])));
CREATE POLICY statistics_return ON statistics_returned_cell FOR INSERT WITH CHECK (
    (SELECT statistics_everywhere('statistics.approve')) OR place_id = ANY ((SELECT statistics_places('statistics.approve'))::bigint[]));
CREATE POLICY statistics_step ON changes_change FOR INSERT
    WITH CHECK (person_id = 0 AND topic = 'statistics.approval' AND (SELECT access_may('statistics.approve')));
