-- Who arrives is looked for among those with the same words of the name, in any order, born in the same year. Both are columns
-- compared by plain equality, so that the index serves under row security; a walk over everybody who shares three words did
-- not end within a second for the common ones. Words are cut where an index row would be too long for the index; the year is
-- not called birth_year, as a parameter of people_by_number_and_year is: a column would be taken for it.
CREATE FUNCTION people_words_of(folded text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT left(coalesce(string_agg(word, ' ' ORDER BY word COLLATE "C"), ''), 200) FROM unnest(string_to_array(folded, ' ')) AS word $$;
ALTER TABLE people_person
    ADD COLUMN name_words text COLLATE "C" NOT NULL GENERATED ALWAYS AS (people_words_of(folded_name)) STORED,
    ADD COLUMN born_in integer GENERATED ALWAYS AS (extract(year FROM birth_date)::integer) STORED;
CREATE INDEX people_person_words ON people_person (name_words, born_in) WHERE merged_into IS NULL;
