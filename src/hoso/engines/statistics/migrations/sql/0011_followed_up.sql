-- The list of cells to follow up is short and asked newest first; without this it reads the whole table of values.
CREATE INDEX statistics_value_followed_up ON statistics_value (act_id) WHERE follow_up AND NOT deleted;
