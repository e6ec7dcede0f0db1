"""Parameters: one that an address does not know, or a wish that is not met, is refused: else the answer is another than asked for."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from hoso.core.errors import HosoError
from hoso.engines.statistics.unit_groups import find_group, members
from hoso.web.routes import ActingRequest

EVERYWHERE = frozenset({"format", "locale", "translate"})
DURATIONS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
PAGES = frozenset({"paging", "page", "pageSize", "totalPages", "skipPaging"})


def only(request: ActingRequest, *names: str | Iterable[str]) -> None:
    """Raises HosoError HS7033 for a parameter that is none of these."""
    known = set(EVERYWHERE)
    for name in names:
        known.update([name] if isinstance(name, str) else name)
    for name in request.GET:
        if name not in known:
            raise HosoError("HS7033", name=name[:60])


def only_as(query: QueryDict, done: Mapping[str, Iterable[str]]) -> None:
    """Of parameters that DHIS2 knows, the values that say what is done here anyway. Raises HosoError HS5530 for another."""
    for name, values in done.items():
        for given in query.getlist(name):
            if given.upper() not in values:
                raise HosoError("HS5530", name=name, value=given[:40])


def is_wished(query: QueryDict, name: str) -> bool:
    """A yes or no; not said is no. Raises HosoError HS7001 for anything else."""
    given = query.get(name, "false").lower()
    if given not in ("true", "false"):
        raise HosoError("HS7001", name=name, value=given[:40])
    return given == "true"


def whole_number(query: QueryDict, name: str) -> int | None:
    """Raises HosoError HS7001 for what is no whole number from 0."""
    given = query.get(name, "")
    if given and not (given.isascii() and given.isdigit() and len(given) < 10):
        raise HosoError("HS7001", name=name, value=given[:40])
    return int(given) if given else None


def moment(text: str, name: str) -> datetime:
    """A day (its first moment here) or a moment; one without a zone is of here. Raises HosoError HS7001."""
    try:
        found = parse_datetime(text if "T" in text or " " in text else f"{text}T00:00:00")
    except ValueError:
        found = None
    if found is None:
        raise HosoError("HS7001", name=name, value=text[:40])
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def day(text: str, name: str) -> date:
    """The day here of a day or moment. Raises HosoError HS7001."""
    return timezone.localdate(moment(text, name))


def moment_since(query: QueryDict, name: str) -> datetime | None:
    """From `name`, or from `nameDuration` (10d, 12h, 30m, 5s) before now; None where neither stands. Raises HosoError HS7001."""
    if text := query.get(f"{name}Duration", ""):
        if text[-1:] not in DURATIONS or not text[:-1].isdigit():
            raise HosoError("HS7001", name=f"{name}Duration", value=text[:20])
        return timezone.now() - timedelta(**{DURATIONS[text[-1]]: int(text[:-1][:6])})
    text = query.get(name, "")
    return moment(text, name) if text else None


def units_of_groups(query: QueryDict) -> list[int] | None:
    """The numbers of the units that are in one of `orgUnitGroup` today; None where none is named. Raises HosoError HS7003."""
    names = [name for text in query.getlist("orgUnitGroup") for name in text.split(",") if name]
    groups = {name: find_group(name) for name in names}
    if missing := [name for name, group in groups.items() if group is None or name != group.uid]:
        raise HosoError("HS7003", thing="orgUnitGroup", name=missing[0][:60])
    return members((one for one in groups.values() if one), timezone.localdate()) if names else None
