-- Where a facility stands (WGS 84): both or none, within Viet Nam with its islands, so that swapped or mistyped figures are refused.
ALTER TABLE places_facility ADD CONSTRAINT facility_coordinates CHECK (
    (latitude IS NULL) = (longitude IS NULL) AND latitude BETWEEN 6 AND 24 AND longitude BETWEEN 102 AND 118);
