-- Mail may bring figures that its reader asked for, as a PDF (ADR 204), or ask whether an address is the reader's. The file is
-- encrypted while it waits, as the text is, and gone once the mail left or was given up.
ALTER TABLE messages_mail DROP CONSTRAINT messages_mail_kind_check;
ALTER TABLE messages_mail ADD CONSTRAINT messages_mail_kind_check
    CHECK (kind IN ('invitation', 'break_glass', 'out_of_hours', 'reports_due', 'figures', 'address'));
ALTER TABLE messages_mail ADD COLUMN attachment text NOT NULL DEFAULT ''
    CHECK (attachment = '' OR (starts_with(attachment, 'enc1:') AND kind = 'figures'));
ALTER TABLE messages_mail ADD CONSTRAINT mail_keeps_no_attachment CHECK (next_try_at IS NOT NULL OR attachment = '');
GRANT UPDATE (attachment) ON messages_mail TO hoso_app;
