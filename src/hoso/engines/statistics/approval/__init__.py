"""Handing reports in, approving, returning and opening them again. The rules stand in the database (0004_approval.sql)."""
