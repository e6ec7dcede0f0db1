"""The yearbook as PDF."""
