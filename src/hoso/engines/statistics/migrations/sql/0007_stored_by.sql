-- Who said elsewhere that a report is complete, as the software that brought the report over tells it; empty: the act's account.
ALTER TABLE statistics_completion ADD COLUMN stored_by text NOT NULL DEFAULT '' CHECK (length(stored_by) <= 255);
