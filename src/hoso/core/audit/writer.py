"""The connection of the audit writer's role, which reads events and adds to the chain and can do nothing else."""

import os

import psycopg
from django.conf import settings

from hoso.core.database.roles import AUDIT_WRITER

# One sealer at a time in the whole house: the database lets go of the lock when its session ends.
SEALER_LOCK = 2150001


def connect_writer() -> psycopg.Connection:
    """Open a connection as `hoso_audit`. Each statement commits by itself, so that no forgotten transaction holds back
    what a checkpoint is about to sign."""
    url = settings.HOSO_AUDIT_DATABASE_URL or os.environ["DATABASE_URL"]
    return psycopg.connect(
        url, options=f"-c role={AUDIT_WRITER}", application_name="hoso audit", connect_timeout=10, autocommit=True
    )


def take_turn(connection: psycopg.Connection) -> bool:
    """Become the sealer, unless another process is. The turn lasts as long as the connection."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", [SEALER_LOCK]).fetchone()
    return bool(row and row[0])
