-- A folder may be left alone for a while without being ended.
ALTER TABLE folders_watched ADD COLUMN paused_at timestamptz;
GRANT UPDATE (paused_at) ON folders_watched TO hoso_app;
