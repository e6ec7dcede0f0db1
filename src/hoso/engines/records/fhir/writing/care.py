"""The relation of care that a visit makes between a person and a facility."""

from datetime import date, datetime
from typing import Any

from hoso.engines.records.fhir.search.moments import BEGINNING, END, ZONE, spans_of

CARE_COLUMNS = {
    "person_id": "bigint", "source_person_id": "bigint", "facility_id": "bigint", "kind": "text", "first_day": "date",
    "last_day": "date", "sensitivity": "integer", "package_id": "bigint",
}  # fmt: skip
ON_KNOWN_CARE = (
    "ON CONFLICT (person_id, facility_id, kind, source_person_id) DO UPDATE SET"
    " first_day = least(access_care_relation.first_day, excluded.first_day),"
    " last_day = greatest(access_care_relation.last_day, excluded.last_day),"
    " sensitivity = access_care_relation.sensitivity & excluded.sensitivity"
    " WHERE excluded.first_day < access_care_relation.first_day OR excluded.last_day > access_care_relation.last_day"
    " OR access_care_relation.sensitivity & ~excluded.sensitivity <> 0"
)


def care_days(encounter: dict[str, Any], at: datetime) -> tuple[date, date]:
    """First and last day of an Encounter; one that has not ended, or names no time, is taken to last until now."""
    now = at.astimezone(ZONE).date()
    spans = spans_of("Period", encounter.get("period", {}))
    if not spans:
        return now, now
    start, end = spans[0]
    first = start.astimezone(ZONE).date() if start > BEGINNING else now
    if end >= END:
        return first, max(first, now)
    last = encounter["period"].get("end", "")[:10]
    return first, max(first, date.fromisoformat(last) if len(last) == 10 else end.astimezone(ZONE).date())
