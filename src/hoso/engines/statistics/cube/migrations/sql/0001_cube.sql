-- The cube looks for new acts before it answers: it finds them without reading the changes of everybody else.
CREATE INDEX changes_change_of_figures ON changes_change (transaction_id, id) WHERE topic = 'statistics.values';
