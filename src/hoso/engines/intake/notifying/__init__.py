"""Telling a sender's software the result of a package by a signed call (docs/decisions/0067-dropped-files-and-call-backs.md)."""
