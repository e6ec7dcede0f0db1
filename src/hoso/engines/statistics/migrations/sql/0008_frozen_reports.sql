-- A report as it stood when it was approved: its words (form, layout, unit as they were), its figures, and who handed in and
-- approved. The figures are read by the trigger itself; nobody writes or changes them.

CREATE TABLE statistics_frozen_report (
    step_id     bigint PRIMARY KEY REFERENCES statistics_approval_step,
    data_set_id integer NOT NULL REFERENCES statistics_data_set,
    period_id   integer NOT NULL REFERENCES statistics_period,
    unit_id     bigint NOT NULL,
    place_id    bigint NOT NULL,
    facility_id bigint NOT NULL,
    version     integer NOT NULL CHECK (version > 0),   -- grows when it was opened and approved again
    state       text NOT NULL CHECK (state IN ('province', 'ministry')),
    words       text NOT NULL,                          -- canonical JSON (printed/sheet.py); '' of a data set without a form
    figures     text NOT NULL,                          -- as statistics_figures_of writes them
    steps       text NOT NULL,                          -- [kind, state, actor, moment in UTC] of handing in and approvals
    sha256      text NOT NULL CHECK (
        sha256 = encode(sha256(convert_to(words || E'\n' || figures || E'\n' || steps, 'UTF8')), 'hex'))
);
CREATE INDEX statistics_frozen_report_of ON statistics_frozen_report (data_set_id, period_id, unit_id, version);

-- What stands in a report, as written; the key is the row and its options with a comma between them. Blank is no entry.
CREATE FUNCTION statistics_figures_of(data_set integer, period integer, unit bigint) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_object_agg(coalesce(e.code, e.uid) || '.' || coalesce(o.options, ''),
        CASE WHEN v.number IS NULL THEN v.text WHEN e.value_type IN ('BOOLEAN', 'TRUE_ONLY')
             THEN CASE WHEN v.number = 0 THEN 'false' ELSE 'true' END ELSE v.number::text END), '{}')
    FROM statistics_data_set_element m JOIN statistics_element e ON e.id = m.element_id
    JOIN statistics_value v ON v.element_id = e.id AND v.unit_id = unit AND v.period_id = period AND NOT v.deleted
    JOIN statistics_split s ON s.id = v.split_id
    CROSS JOIN LATERAL (SELECT string_agg(coalesce(nullif(split_part(o.code, '.', 2), ''), o.uid), ',' ORDER BY t.place) AS options
        FROM unnest(s.options) WITH ORDINALITY t(id, place) JOIN statistics_option o ON o.id = t.id) o
    WHERE m.data_set_id = data_set
$$;

-- Handing in and approvals since the report was last opened, one line each.
CREATE FUNCTION statistics_round_of(data_set integer, period integer, unit bigint, up_to bigint) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_array(s.kind, s.state, s.actor,
        to_char(s.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"')) ORDER BY s.id), '[]')
    FROM statistics_approval_step s
    WHERE (s.data_set_id, s.period_id, s.unit_id) = (data_set, period, unit) AND s.id <= up_to
      AND s.kind IN ('hand_in', 'approve') AND s.id > coalesce((
          SELECT max(b.id) FROM statistics_approval_step b WHERE b.kind IN ('return', 'reopen') AND b.id <= up_to
          AND (b.data_set_id, b.period_id, b.unit_id) = (data_set, period, unit)), 0)
      -- an approval that was withdrawn is none
      AND NOT EXISTS (SELECT 1 FROM statistics_approval_step w WHERE w.kind = 'withdraw' AND s.kind = 'approve'
          AND w.id > s.id AND w.id <= up_to AND (w.data_set_id, w.period_id, w.unit_id) = (data_set, period, unit)
          AND (w.state = 'handed_in' OR s.state = 'ministry'))
$$;

CREATE FUNCTION statistics_freeze() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE step statistics_approval_step; last statistics_frozen_report;
BEGIN
    SELECT * INTO step FROM statistics_approval_step WHERE id = NEW.step_id;
    IF step.kind IS DISTINCT FROM 'approve' OR step.account_id IS DISTINCT FROM access_actor()
       OR step.at < transaction_timestamp() OR EXISTS (
           SELECT 1 FROM statistics_approval_step l WHERE l.id > step.id
           AND (l.data_set_id, l.period_id, l.unit_id) = (step.data_set_id, step.period_id, step.unit_id)) THEN
        RAISE EXCEPTION 'a report is frozen with its approval' USING ERRCODE = 'check_violation', CONSTRAINT = 'frozen_with_approval';
    END IF;
    SELECT * INTO last FROM statistics_frozen_report f
        WHERE (f.data_set_id, f.period_id, f.unit_id) = (step.data_set_id, step.period_id, step.unit_id)
        ORDER BY f.step_id DESC LIMIT 1;
    NEW.data_set_id := step.data_set_id; NEW.period_id := step.period_id; NEW.unit_id := step.unit_id;
    NEW.place_id := step.place_id; NEW.facility_id := step.facility_id; NEW.state := step.state;
    -- Approved by the next tier it stays the version it is: nothing could be changed meanwhile.
    NEW.version := coalesce(last.version, 0) + CASE WHEN last.step_id IS NULL OR EXISTS (
        SELECT 1 FROM statistics_approval_step b WHERE b.id > last.step_id AND b.id < step.id
        AND b.kind IN ('return', 'reopen', 'withdraw')
        AND (b.data_set_id, b.period_id, b.unit_id) = (step.data_set_id, step.period_id, step.unit_id)) THEN 1 ELSE 0 END;
    NEW.figures := statistics_figures_of(step.data_set_id, step.period_id, step.unit_id)::text;
    NEW.steps := statistics_round_of(step.data_set_id, step.period_id, step.unit_id, step.id)::text;
    NEW.sha256 := encode(sha256(convert_to(NEW.words || E'\n' || NEW.figures || E'\n' || NEW.steps, 'UTF8')), 'hex');
    RETURN NEW;
END $$;
CREATE TRIGGER statistics_freeze BEFORE INSERT ON statistics_frozen_report
    FOR EACH ROW EXECUTE FUNCTION statistics_freeze();

CREATE FUNCTION statistics_frozen_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a frozen report stays as it is' USING ERRCODE = 'check_violation', CONSTRAINT = 'frozen_stays';
END $$;
CREATE TRIGGER statistics_frozen_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON statistics_frozen_report
    FOR EACH STATEMENT EXECUTE FUNCTION statistics_frozen_stays();

-- No approval without its frozen report.
CREATE FUNCTION statistics_approval_is_frozen() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM statistics_frozen_report f WHERE f.step_id = NEW.id) THEN
        RAISE EXCEPTION 'an approved report is frozen' USING ERRCODE = 'check_violation', CONSTRAINT = 'frozen_with_approval';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER statistics_approval_is_frozen AFTER INSERT ON statistics_approval_step
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.kind = 'approve')
    EXECUTE FUNCTION statistics_approval_is_frozen();

SELECT statistics_protect_approval('statistics_frozen_report');
-- Everything but the words is the trigger's; it has looked whose approval it is.
CREATE POLICY statistics_freeze ON statistics_frozen_report FOR INSERT WITH CHECK (
    (SELECT statistics_everywhere('statistics.approve')) OR place_id = ANY ((SELECT statistics_places('statistics.approve'))::bigint[]));
