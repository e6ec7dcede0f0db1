"""Connections that are known to live without asking the server, and that keep a few plans (`core.database.prepared`)."""

from select import POLLIN, poll
from typing import Any

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

NEVER_BY_ITSELF = 2**31  # a plan is kept where a statement asks for it
MOST_PLANS = 24  # kept by each connection; a plan over all partitions takes some hundred kilobytes


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "prepare_threshold": NEVER_BY_ITSELF}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.prepared_max = MOST_PLANS
        return connection

    def is_usable(self) -> bool:
        """Whether the connection may be used, at the beginning of a request or after an error.

        A connection at rest has nothing to say: what can be read from its socket is its end, of a server that was stopped,
        or a notice. Only then, and after an error, is the server asked, so that a request costs no trip for it.
        """
        return (not self.errors_occurred and self._is_quiet()) or super().is_usable()

    def _is_quiet(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.info.transaction_status != TransactionStatus.IDLE:
            return False
        waiting = poll()
        waiting.register(self.connection.fileno(), POLLIN)
        return not waiting.poll(0)
