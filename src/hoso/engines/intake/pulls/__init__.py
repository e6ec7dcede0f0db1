"""Servers from which packages are fetched on a schedule, by SFTP (docs/decisions/0078-pulls-by-sftp.md)."""
