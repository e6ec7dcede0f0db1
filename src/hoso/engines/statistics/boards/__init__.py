"""Dashboards that users make: questions with titles, kept in every version, shared by role inside an area."""
