"""Two persons found to be one: consents, shares, requests and restrictions go on under the joined person."""

from django.db import connection


def move_rights(old_person_id: int, new_person_id: int) -> None:
    """Part of a merge, in its transaction. Open codes of the old person end: they were bound to that person."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rights_move_person(%s, %s)", [old_person_id, new_person_id])
