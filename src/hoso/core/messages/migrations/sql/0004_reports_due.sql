-- Mail may say that a statistical report is due.
ALTER TABLE messages_mail DROP CONSTRAINT messages_mail_kind_check;
ALTER TABLE messages_mail ADD CONSTRAINT messages_mail_kind_check
    CHECK (kind IN ('invitation', 'break_glass', 'out_of_hours', 'reports_due'));
