-- How many files were taken, for those who see the server but not its files.
ALTER TABLE pulls_source ADD COLUMN taken bigint NOT NULL DEFAULT 0;
UPDATE pulls_source s SET taken = (SELECT count(*) FROM pulls_file f WHERE f.source_id = s.id AND f.taken_at IS NOT NULL);
GRANT UPDATE (taken) ON pulls_source TO hoso_app;
