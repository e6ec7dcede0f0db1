"""What the rows of a decision's file must hold, each for itself and all together."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from hoso.core.errors import HosoError
from hoso.core.files.row_reports import Refusal
from hoso.core.files.sheets import SheetRow
from hoso.core.places.decisions.decision import Change, Header
from hoso.core.places.decisions.sheet import HEADER
from hoso.core.places.facility_checks import read_day
from hoso.core.places.models import Place
from hoso.core.places.shipped_units import split_name
from hoso.core.vietnamese.folding import fold
from hoso.core.vietnamese.nfc import to_nfc

ACTIONS = {
    "opened": "opened", "thanh lap": "opened", "closed": "closed", "giai the": "closed", "merged": "merged",
    "sap nhap": "merged", "nhap": "merged", "split": "split", "chia": "split", "chia tach": "split", "tach": "split",
    "renamed": "renamed", "doi ten": "renamed",
}  # fmt: skip
LEVELS = {
    "province": Place.Level.PROVINCE, "tinh": Place.Level.PROVINCE, "1": Place.Level.PROVINCE,
    "commune": Place.Level.COMMUNE, "xa": Place.Level.COMMUNE, "3": Place.Level.COMMUNE,
}  # fmt: skip
CODE = {Place.Level.PROVINCE: re.compile(r"[0-9]{2}"), Place.Level.COMMUNE: re.compile(r"[0-9]{5}")}
LONGEST = {"decision_number": 100, "source": 250, "new_name": 200, "new_name_en": 200, "share_source": 300}
FIRST_DAY = date(2025, 7, 2)  # what came before is shipped
EVENLY = Decimal("0.001")  # shares are rounded: they may miss one by so much


def check_rows(rows: list[SheetRow]) -> tuple[Header | None, list[Change], list[Refusal]]:
    """The decision, or everything that is wrong with its rows."""
    refusals: list[Refusal] = []
    header, changes = None, []
    for row in rows:
        values = {name: to_nfc(value).replace("\0", "") for name, value in row.values.items()}
        checked = _RowCheck(row.number, values, refusals)
        if row.surplus:
            checked.refuse("", "HS6013", value=row.surplus[:50])
        told = checked.header()
        header = header or told
        if told and header and told != header:
            differs = next(name for name, one, other in _fields(header, told) if one != other)
            checked.refuse(differs, "HS6180", column=differs)
        if change := checked.change():
            changes.append(change)
    if not refusals:
        refusals += _together(changes)
    return header, changes, refusals


def _fields(header: Header, told: Header) -> list[tuple[str, object, object]]:
    own = (header.number, header.decided_on, header.in_force_from, header.source)
    other = (told.number, told.decided_on, told.in_force_from, told.source)
    return list(zip(HEADER, own, other, strict=True))


class _RowCheck:
    def __init__(self, row: int, values: dict[str, str], refusals: list[Refusal]) -> None:
        self.row, self.values, self.refusals = row, values, refusals

    def refuse(self, field: str, error: str, /, **more: object) -> None:
        self.refusals.append(Refusal(self.row, field, HosoError(error, row=self.row, **more)))

    def wrong(self, field: str) -> None:
        self.refuse(field, "HS6009", column=field, value=self.values[field][:50])

    def header(self) -> Header | None:
        before = len(self.refusals)
        values = self.values
        days = {field: read_day(values[field]) for field in ("decided_on", "in_force_from")}
        for field in HEADER:
            if not values[field]:
                self.refuse(field, "HS6002", column=field)
            elif (field in days and days[field] is None) or len(values[field]) > LONGEST.get(field, 99):
                self.wrong(field)
        decided, from_day = days["decided_on"], days["in_force_from"]
        if decided is None or from_day is None or len(self.refusals) > before:
            return None
        if from_day < FIRST_DAY:
            self.wrong("in_force_from")
        if from_day < decided:
            self.refuse("in_force_from", "HS6004")
        return Header(values["decision_number"], decided, from_day, values["source"])

    def change(self) -> Change | None:
        before = len(self.refusals)
        values = self.values
        action, level = ACTIONS.get(fold(values["action"])), LEVELS.get(fold(values["level"]))
        for field, known in (("action", action), ("level", level)):
            if not values[field]:
                self.refuse(field, "HS6002", column=field)
            elif known is None:
                self.wrong(field)
        if action is None or level is None:
            return None
        self._codes(action, level)
        self._name(action)
        share = self._share(action)
        facilities = tuple(code.strip().upper() for code in values["facilities"].split(";") if code.strip())
        if facilities and action != "split":
            self.refuse("facilities", "HS6182", column="facilities", action=action)
        if len(self.refusals) > before:
            return None
        return Change(
            self.row, action, level, values["old_code"], values["new_code"], values["new_name"], values["new_name_en"],
            values["parent_code"], share, values["share_source"], facilities,
        )  # fmt: skip

    def _codes(self, action: str, level: Place.Level) -> None:
        for field, needed in (("old_code", action != "opened"), ("new_code", action != "closed")):
            if needed and not self.values[field]:
                self.refuse(field, "HS6002", column=field)
            elif not needed and self.values[field]:
                self.refuse(field, "HS6182", column=field, action=action)
            elif self.values[field] and not CODE[level].fullmatch(self.values[field]):
                self.wrong(field)
        parent = self.values["parent_code"]
        if parent and (level == Place.Level.PROVINCE or action == "closed"):
            self.refuse("parent_code", "HS6182", column="parent_code", action=action)
        elif parent and not CODE[Place.Level.PROVINCE].fullmatch(parent):
            self.wrong("parent_code")

    def _name(self, action: str) -> None:
        name = self.values["new_name"]
        if name and action == "closed":
            self.refuse("new_name", "HS6182", column="new_name", action=action)
        elif action in ("opened", "renamed") and not name:
            self.refuse("new_name", "HS6002", column="new_name")
        for field in ("new_name", "new_name_en", "share_source"):
            if len(self.values[field]) > LONGEST[field]:
                self.wrong(field)
        if name:
            try:
                self.values["new_name"] = split_name(" ".join(name.split()))[0]
            except ValueError:
                self.wrong("new_name")

    def _share(self, action: str) -> Decimal | None:
        text = self.values["share"]
        if (text or self.values["share_source"]) and action != "split":
            self.refuse("share", "HS6182", column="share", action=action)
            return None
        if bool(text) != bool(self.values["share_source"]):
            self.refuse("share_source" if text else "share", "HS6002", column="share_source" if text else "share")
            return None
        share = _number(text) if text else None
        if share is not None and not 0 < share <= 1:
            self.wrong("share")
        return share


def _number(text: str) -> Decimal:
    """What is no number counts as none."""
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return Decimal(0)
    return number if number.is_finite() else Decimal(0)


def _together(changes: list[Change]) -> list[Refusal]:
    """What the rows of one unit say against each other."""
    refusals: list[Refusal] = []

    def refuse(change: Change, field: str, error: str, /, **more: object) -> None:
        refusals.append(Refusal(change.row, field, HosoError(error, row=change.row, **more)))

    by_old: dict[tuple[int, str], list[Change]] = {}
    by_new: dict[tuple[int, str], list[Change]] = {}
    for change in changes:
        if change.old_code:
            by_old.setdefault((change.level, change.old_code), []).append(change)
        if change.new_code:
            by_new.setdefault((change.level, change.new_code), []).append(change)
    for (_, code), rows in by_old.items():
        split = [change for change in rows if change.action == "split"]
        if (split and len(split) < max(2, len(rows))) or (not split and len(rows) > 1):
            refuse(rows[-1], "action", "HS6190", code=code)
        if len({change.new_code for change in split}) < len(split):
            refuse(rows[-1], "new_code", "HS6190", code=code)
        shares = [change.share for change in split]
        given = [share for share in shares if share is not None]
        if given and (len(given) < len(shares) or abs(sum(given, Decimal(0)) - 1) > EVENLY):
            refuse(split[-1], "share", "HS6189", code=code)
        named = [code for change in split for code in change.facilities]
        if len(named) > len(set(named)):
            refuse(split[-1], "facilities", "HS6191", facility=next(one for one in named if named.count(one) > 1))
    for (_, code), rows in by_new.items():
        names = {change.new_name for change in rows if change.new_name}
        parents = {change.parent_code for change in rows if change.parent_code}
        if len(names) > 1 or len(parents) > 1:
            refuse(rows[-1], "new_name" if len(names) > 1 else "parent_code", "HS6190", code=code)
        elif not names:
            refuse(rows[0], "new_name", "HS6002", column="new_name")
        actions = [change.action for change in rows]
        if ("merged" in actions and len(rows) < 2) or (len(rows) > 1 and ("renamed" in actions or "opened" in actions)):
            refuse(rows[-1], "action", "HS6190", code=code)
    return refusals
