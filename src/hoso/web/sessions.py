"""Django's sessions in the database, read by a statement that is kept planned: every page begins with it."""

from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

from hoso.core.database.prepared import first_of


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Any:
        found = first_of(
            self.model, "session_key = %s::text AND expire_date > %s::timestamptz", [self.session_key, timezone.now()]
        )
        if found is None:
            self._session_key = None
        return found
