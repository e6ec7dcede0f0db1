-- For break-glass: the one person who bears exactly this number, in or out of the actor's scope. Only who may break the
-- glass gets an answer, and only to a whole number; more than one bearer is no answer.
CREATE FUNCTION people_bearer_of(number text) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public
AS $$
DECLARE found bigint[];
BEGIN
    IF NOT access_may('record.break_glass') OR length(number) < 10 THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(DISTINCT i.person_id) INTO found
    FROM people_identifier i JOIN people_person p ON p.person_id = i.person_id AND p.merged_into IS NULL
    WHERE i.kind IN ('personal_number', 'insurance_number', 'card') AND i.value = number AND NOT i.contested;
    RETURN CASE WHEN cardinality(found) = 1 THEN found[1] END;
END $$;
