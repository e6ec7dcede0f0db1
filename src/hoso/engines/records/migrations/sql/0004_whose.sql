-- In whose records these resources lie, whether the asker may see them or not: a search for what refers to a resource looks
-- through that person's record, where the resource itself may be hidden and what refers to it not. Only numbers of persons
-- come back; every row of theirs passes row security.
CREATE FUNCTION records_whose(types smallint[], ids text[]) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
AS $$
    SELECT coalesce(array_agg(DISTINCT l.person_id), '{}') FROM unnest(types, ids) AS k (n, i)
    JOIN records_location l ON l.type = k.n AND l.id = k.i COLLATE "C"
    WHERE l.person_id > 0 AND (access_may('record.read') OR access_may('record.write'))
$$;
