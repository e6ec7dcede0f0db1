-- Reports that users build are boards of another kind: the same owner, versions, sharing; their parts may be text (ADR 203).

ALTER TABLE statistics_board ADD COLUMN kind text NOT NULL DEFAULT 'board' CHECK (kind IN ('board', 'report'));
ALTER TABLE statistics_board_history ADD COLUMN kind text NOT NULL DEFAULT 'board';
ALTER TABLE statistics_board ADD CONSTRAINT text_in_reports_only CHECK (
    kind = 'report' OR NOT jsonb_path_exists(tiles, '$[*] ? (@.text != "")'));

CREATE OR REPLACE FUNCTION statistics_keep_board() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.owner_id, NEW.kind) IS DISTINCT FROM (OLD.id, OLD.owner_id, OLD.kind) OR NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'a board keeps its id, owner and kind, and each change is the next version' USING ERRCODE = 'check_violation';
    END IF;
    NEW.changed_at := clock_timestamp();
    INSERT INTO statistics_board_history SELECT OLD.*;
    RETURN NEW;
END $$;
