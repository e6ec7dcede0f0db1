"""Coded errors: each has a code, a message in Vietnamese and English, and what to do about it."""

from hoso.core.errors.catalogue import HosoError, Language, codes

__all__ = ["HosoError", "Language", "codes"]
