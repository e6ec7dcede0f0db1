-- More than one thing may be odd about a package as a whole: a list of coded errors.
ALTER TABLE intake_package RENAME COLUMN remark TO remarks;
UPDATE intake_package SET remarks = jsonb_build_array(remarks) WHERE remarks IS NOT NULL;
