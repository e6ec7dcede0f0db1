-- A cell that was typed without a line arrives later, perhaps twice: the act keeps when it was typed and by which sending.
ALTER TABLE statistics_act
    ADD COLUMN typed_at timestamptz,          -- NULL: as it arrived (`at`)
    ADD COLUMN sent_key uuid,                 -- made by the browser, one for each value typed
    ADD CONSTRAINT typed_before_arrival CHECK (typed_at <= at),
    ADD CONSTRAINT sent_cell CHECK (kind = 'cell' OR num_nonnulls(typed_at, sent_key) = 0);
-- The same sending is kept once, whatever our code does.
CREATE UNIQUE INDEX statistics_act_sent ON statistics_act (account_id, sent_key) WHERE sent_key IS NOT NULL;
