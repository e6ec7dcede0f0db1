"""Where the audit keeps what is not in the database: checkpoints, signing keys, the spool."""

from pathlib import Path

from django.conf import settings


def _named(setting: str) -> Path | None:
    found: Path | None = getattr(settings, setting)
    return found


def _home(*parts: str) -> Path:
    home: Path = settings.HOSO_HOME
    return home.joinpath(*parts)


def checkpoints_folder() -> Path:
    """The folder of signed checkpoints: better on another disk or machine than the database's."""
    return _named("HOSO_AUDIT_CHECKPOINTS") or _home("audit", "checkpoints")


def checkpoints_copy() -> Path | None:
    """A second folder that gets every checkpoint too."""
    return _named("HOSO_AUDIT_CHECKPOINTS_COPY")


def keys_folder() -> Path:
    """The folder of the signing keys, which only the sealing process needs to read."""
    return _named("HOSO_AUDIT_KEYS") or _home("secrets", "audit-keys")


def spool_folder() -> Path:
    """The folder of events that the database did not take: better on another disk than the database's."""
    return _named("HOSO_AUDIT_SPOOL") or _home("audit", "spool")


def spool_limit() -> int:
    """Bytes that may wait there."""
    return int(settings.HOSO_AUDIT_SPOOL_MB) * 1024 * 1024
