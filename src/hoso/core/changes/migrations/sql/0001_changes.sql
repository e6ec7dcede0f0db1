-- The transactional outbox. A reader takes only changes of transactions older than every one still running,
-- in order of (transaction, id): a transaction that commits late is then never passed over.

CREATE TABLE changes_change (
    transaction_id   xid8 NOT NULL DEFAULT pg_current_xact_id(),
    id               bigint GENERATED ALWAYS AS IDENTITY,
    at               timestamptz NOT NULL DEFAULT clock_timestamp(),
    topic            text NOT NULL,
    key              text NOT NULL,
    person_id        bigint NOT NULL DEFAULT 0,
    source_person_id bigint NOT NULL DEFAULT 0,
    facility_id      bigint NOT NULL DEFAULT 0,
    place_id         bigint NOT NULL DEFAULT 0,
    sensitivity      integer NOT NULL DEFAULT 0,
    package_id       bigint NOT NULL DEFAULT 0,
    payload          jsonb NOT NULL,
    PRIMARY KEY (transaction_id, id)
);
CREATE TABLE changes_consumer (
    name           text PRIMARY KEY,
    transaction_id xid8 NOT NULL DEFAULT '0',
    change_id      bigint NOT NULL DEFAULT 0,
    moved_at       timestamptz NOT NULL DEFAULT clock_timestamp()
);
REVOKE UPDATE, DELETE ON changes_change FROM hoso_app;
SELECT access_protect_person_table('changes_change');
