-- The history of a type walks past versions by their last change, as it walks current ones (records_resource_changed).
CREATE INDEX records_version_changed ON records_resource_version (type, last_updated DESC, id);
