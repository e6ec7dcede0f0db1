"""A person's age as those who treat them say it: hours for a newborn, days, weeks, months, then years.

Bounds follow paediatric use: hours in the first two days, days until four weeks, weeks until three months, months until
a year, years and months until six (growth standards, and the insurance card of children under six), then years.
An age is never said more exactly than the birth date is known.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hoso.engines.people.models import BirthDate

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
Words = tuple[str, str]  # Vietnamese, English

NONE, YEAR, MONTH, DAY, MINUTE = range(5)


def age(birth: BirthDate, now: datetime) -> Words:
    """The age at `now` (with time zone) in both languages."""
    if birth.day is None or birth.precision == NONE:
        return "chưa rõ tuổi", "age unknown"
    today = now.astimezone(VIETNAM).date()
    if birth.day > today:
        return "ngày sinh sau hôm nay", "born after today"
    if birth.precision == YEAR:
        return _about_years(today.year - birth.day.year)
    months = whole_months(birth.day.replace(day=1) if birth.precision == MONTH else birth.day, today)
    if birth.precision == MONTH:
        return _about_months(months)
    return _newborn(birth, now) or _exact(birth.day, today, months)


def born(birth: BirthDate) -> Words:
    """The birth date as exactly as it is known: `1961`, `03/1961`, `07/03/1961`, `07/03/2026 04:35`."""
    if birth.day is None or birth.precision == NONE:
        return "chưa rõ ngày sinh", "birth date unknown"
    text = birth.day.strftime({YEAR: "%Y", MONTH: "%m/%Y"}.get(birth.precision, "%d/%m/%Y"))
    if birth.precision == MINUTE and len(birth.time) == 4:
        text += f" {birth.time[:2]}:{birth.time[2:]}"
    return text, text


def whole_months(start: date, end: date) -> int:
    """Completed calendar months from start to end."""
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def _newborn(birth: BirthDate, now: datetime) -> Words | None:
    """Hours of the first two days, where the minute of birth is known."""
    if birth.precision != MINUTE or birth.day is None or len(birth.time) != 4:
        return None
    try:
        moment = datetime(
            birth.day.year, birth.day.month, birth.day.day, int(birth.time[:2]), int(birth.time[2:]), tzinfo=VIETNAM
        )
    except ValueError:
        return None
    since = now - moment
    if not timedelta(0) <= since < timedelta(hours=48):
        return None
    hours = int(since.total_seconds() // 3600)
    return f"{hours} giờ tuổi", f"{hours} {_plural(hours, 'hour')} old"


def _exact(day: date, today: date, months: int) -> Words:
    days = (today - day).days
    if days < 1:
        return "dưới 1 ngày tuổi", "less than 1 day old"
    if days < 28:
        return f"{days} ngày tuổi", f"{days} {_plural(days, 'day')} old"
    if months < 3:
        return f"{days // 7} tuần tuổi", f"{days // 7} weeks old"
    if months < 12:
        return f"{months} tháng tuổi", f"{months} months old"
    years, rest = divmod(months, 12)
    if years < 6 and rest:
        return f"{years} tuổi {rest} tháng", f"{years} {_plural(years, 'year')} {rest} {_plural(rest, 'month')}"
    return f"{years} tuổi", f"{years} {_plural(years, 'year')} old"


def _about_years(years: int) -> Words:
    if years == 0:
        return "dưới 1 tuổi", "under 1 year"
    return f"khoảng {years} tuổi", f"about {years} {_plural(years, 'year')} old"


def _about_months(months: int) -> Words:
    if months == 0:
        return "dưới 1 tháng tuổi", "under 1 month"
    if months < 36:
        return f"khoảng {months} tháng tuổi", f"about {months} {_plural(months, 'month')} old"
    return _about_years(months // 12)


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"
