-- Who arrives is looked for among those with the same words of the name, in any order, born in the same year. Both are columns
-- compared by plain equality, so that the index serves under row security; a walk over everybody who shares three words did
-- not end within a second for the common ones.
CREATE FUNCTION people_words_of(folded text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT coalesce(string_agg(word, ' ' ORDER BY word COLLATE "C"), '') FROM unnest(string_to_array(folded, ' ')) AS word $$;
ALTER TABLE people_person
    ADD COLUMN name_words text COLLATE "C" NOT NULL GENERATED ALWAYS AS (people_words_of(folded_name)) STORED,
    ADD COLUMN birth_year integer GENERATED ALWAYS AS (extract(year FROM birth_date)::integer) STORED;
CREATE INDEX people_person_words ON people_person (name_words, birth_year) WHERE merged_into IS NULL;
