"""Figures of the demonstration: every commune and hospital of its province and every other province, month by month, through
the import."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from hoso.demo.monthly_figures import Report, Reporter, population, reports

if TYPE_CHECKING:
    from hoso.core.access.actor import Actor

FIRST_MONTH = date(2025, 7, 1)  # from when the forms and today's units are valid
MOST_MONTHS = 18
HOSPITALS = ("central_hospital", "provincial_hospital", "district_hospital", "private_hospital")
COMMUNES_A_HOSPITAL = 12  # of a province whose hospitals do not report themselves


def load_figures(actor: "Actor", province: str, today: date) -> int:
    """Everything; gives how many values there are now. The same again changes nothing. Raises RuntimeError where a row is refused."""
    return load_reports(actor, province, today) + load_populations(actor, today)


def load_reports(actor: "Actor", province: str, today: date) -> int:
    """What is reported month by month. It asks nothing of the people of the demonstration, so they may be taken in meanwhile."""
    return _import(actor, list(reports(_reporters(province, _months(today)))), today)


def load_populations(actor: "Actor", today: date) -> int:
    """How many live where, once the people of the demonstration are there."""
    from hoso.engines.statistics.from_record.record_state import count_record_state

    count_record_state(date.today())
    count = _import(actor, list(_populations(actor)), today)
    count_record_state(date.today())  # again, now that the populations are known
    return count


def _import(actor: "Actor", told: Sequence[Report], today: date) -> int:
    from hoso.engines.statistics.imports.options import read_options
    from hoso.engines.statistics.imports.run import import_values

    options = read_options({"idScheme": "code", "orgUnitIdScheme": "uid", "dataSetIdScheme": "uid"})
    rows = list(_given(told, options, today))
    report = import_values(actor, iter(rows), options)
    if report.ignored:
        raise RuntimeError(f"the figures were not taken whole: {report.as_dhis2()}"[:2000])
    return len(rows)


def statistician(route: str) -> "Actor":
    """The account of the demonstration that covers the country."""
    from hoso.cli.demo_accounts import STATISTICIAN
    from hoso.core.access.actor import Actor
    from hoso.core.accounts.models import Account

    account = Account.objects.get(username=STATISTICIAN)
    return Actor(account.pk, account.username, route)


def _populations(actor: "Actor") -> Iterator[Report]:
    """What communes would report of their population, such that most of the people of the demonstration have a record."""
    from django.db import connection

    from hoso.core.database.session import acting_transaction

    with acting_transaction(actor.account_id, "statistics"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.uid, max(s.people) FROM statistics_record_state s JOIN statistics_unit u ON u.id = s.place_id"
            " WHERE u.tier = 'commune' AND u.valid_to IS NULL AND s.people > 0 GROUP BY 1 ORDER BY 1"
        )
        for uid, people in cursor.fetchall():
            yield population(uid, people)


def _given(told: Sequence[Report], options: Any, today: date) -> Iterator[Any]:
    from hoso.core.periods.periods import parse_period
    from hoso.engines.statistics.imports.rows import Given, Group
    from hoso.engines.statistics.uids import uid_of

    index = 0
    for number, report in enumerate(told):
        after = parse_period(report.month).next().start
        day = after.replace(day=report.day) if report.day else None
        complete = day.isoformat() if day and day <= today else ""
        data_set = uid_of(f"form:{report.form}")
        group = Group(number, options, data_set, report.month, report.unit, complete_day=complete)
        for row, key, value in report.values:
            split = {dimension: f"{dimension}.{option}" for dimension, option in key}
            yield Given(index, group, row, report.month, report.unit, split_options=split or None, value=str(value))
            index += 1


def _months(today: date) -> list[str]:
    """The months that are over, the latest last."""
    found = []
    month = FIRST_MONTH
    while (after := (month.replace(day=28) + timedelta(days=4)).replace(day=1)) <= today:
        found.append(f"{month:%Y%m}")
        month = after
    return found[-MOST_MONTHS:]


def _reporters(province: str, months: Sequence[str]) -> list[Reporter]:
    """Each unit with the months at whose end it was there: one that began anew meanwhile is two."""
    from django.db import connection

    from hoso.core.periods.periods import parse_period

    ends = {month: parse_period(month).end for month in months}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT uid, CASE tier WHEN 'commune' THEN 1 WHEN 'facility' THEN 0 ELSE"
            " (SELECT count(*) FROM statistics_unit c WHERE c.parent_id = u.id) END, tier, valid_from, valid_to"
            " FROM statistics_unit u WHERE (valid_to IS NULL OR valid_to >= %(first)s)"
            " AND (tier = 'province' AND code <> %(code)s OR tier = 'commune' AND parent_id IN"
            " (SELECT id FROM statistics_unit p WHERE p.tier = 'province' AND p.code = %(code)s)"
            " OR facility_id IN (SELECT f.id FROM places_facility f JOIN places_facility_link l ON l.facility_id = f.id"
            " AND l.valid_to IS NULL JOIN places_place c ON c.id = l.place_id JOIN places_place p"
            " ON p.id IN (c.id, c.parent_id) AND p.level = 1 AND p.code = %(code)s WHERE f.kind = ANY (%(hospitals)s)))"
            " ORDER BY tier, code, valid_from",
            {"code": province, "first": FIRST_MONTH, "hospitals": list(HOSPITALS)},
        )
        return [
            Reporter(
                uid, float(size),
                [one for one, end in ends.items() if (not opened or opened <= end) and (not closed or end <= closed)],
                {"commune": 0.0, "facility": 1.0}.get(tier, size / COMMUNES_A_HOSPITAL),
            )
            for uid, size, tier, opened, closed in cursor.fetchall()
        ]  # fmt: skip
