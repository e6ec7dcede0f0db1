"""Boards and built reports by mail as PDF on a day, to whoever subscribed (ADR 204)."""
