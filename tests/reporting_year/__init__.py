"""A year of reports of a whole province, from entry to the ministry's approval: by programs and by people in a browser."""
