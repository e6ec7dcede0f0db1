-- Who approves temporary access names the person too; nothing of the person is shown to them but that somebody was found.
CREATE OR REPLACE FUNCTION people_by_number_and_year(number text, birth_year integer)
RETURNS TABLE (person_id bigint, source_person_id bigint, patient_id text, place_id bigint, name text, birth_date date,
               birth_precision smallint, phone text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT DISTINCT p.person_id, p.source_person_id, p.patient_id, p.place_id, p.name, p.birth_date, p.birth_precision, p.phone
    FROM people_identifier i JOIN people_person p ON p.person_id = i.person_id
    WHERE i.kind IN ('personal_number', 'insurance_number', 'card') AND i.value = number AND NOT i.contested
      AND p.merged_into IS NULL AND extract(year FROM p.birth_date) = birth_year
      AND (access_may('share.ask') OR access_may('consent.record') OR access_may('rights.handle') OR access_may('grant.open'))
    LIMIT 2
$$;
