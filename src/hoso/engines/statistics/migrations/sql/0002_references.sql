-- What a value names is looked up once for each different number of a statement, not six times a row: an import of
-- 200,000 rows names some thousand. What values name is never deleted, so the other side needs no look either.

ALTER TABLE statistics_value
    DROP CONSTRAINT statistics_value_period_id_fkey,
    DROP CONSTRAINT statistics_value_element_id_fkey,
    DROP CONSTRAINT statistics_value_split_id_fkey,
    DROP CONSTRAINT statistics_value_attribute_id_fkey,
    DROP CONSTRAINT statistics_value_act_id_fkey,
    DROP CONSTRAINT statistics_value_first_act_id_fkey;

CREATE FUNCTION statistics_check_references() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT DISTINCT period_id FROM written EXCEPT SELECT id FROM statistics_period)
       OR EXISTS (SELECT DISTINCT element_id FROM written EXCEPT SELECT id FROM statistics_element)
       OR EXISTS (SELECT split_id FROM written UNION SELECT attribute_id FROM written EXCEPT SELECT id FROM statistics_split)
       OR EXISTS (SELECT 1 FROM (SELECT act_id AS id FROM written UNION SELECT first_act_id FROM written) named
                  WHERE NOT EXISTS (SELECT 1 FROM statistics_act a WHERE a.id = named.id)) THEN
        RAISE EXCEPTION 'a value names what is not there' USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER statistics_references_of_new AFTER INSERT ON statistics_value
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION statistics_check_references();
CREATE TRIGGER statistics_references_of_changed AFTER UPDATE ON statistics_value
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION statistics_check_references();

CREATE FUNCTION statistics_refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what values may name is never deleted' USING ERRCODE = 'foreign_key_violation';
END $$;
CREATE TRIGGER statistics_never_deleted BEFORE DELETE ON statistics_period EXECUTE FUNCTION statistics_refuse_deletion();
CREATE TRIGGER statistics_never_deleted BEFORE DELETE ON statistics_element EXECUTE FUNCTION statistics_refuse_deletion();
CREATE TRIGGER statistics_never_deleted BEFORE DELETE ON statistics_split EXECUTE FUNCTION statistics_refuse_deletion();
CREATE TRIGGER statistics_never_deleted BEFORE DELETE ON statistics_act EXECUTE FUNCTION statistics_refuse_deletion();
