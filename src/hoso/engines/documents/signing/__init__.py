"""Signing what leaves, and looking at signatures (ADR 90)."""
