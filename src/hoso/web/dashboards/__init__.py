"""Dashboards: tiles, each a question of the Explorer."""
