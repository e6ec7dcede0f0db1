"""What the ids of an answer are called, in both languages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection

from hoso.engines.statistics.analytics.answer import Answered
from hoso.engines.statistics.analytics.data_items import DataItem, OfRecord, Rate, Reckoned
from hoso.engines.statistics.analytics.question import Operand
from hoso.engines.statistics.analytics.reckoned import named_item
from hoso.engines.statistics.catalogue import Catalogue
from hoso.engines.statistics.expressions.tree import Item, Node, items_of
from hoso.engines.statistics.unit_groups import UnitGroup
from hoso.web.explorer.question import Question
from hoso.web.staff.period_titles import period_title

Words = tuple[str, str]
RATE_WORDS: dict[str, Words] = {
    "EXPECTED_REPORTS": ("số báo cáo phải nộp", "reports expected"),
    "ACTUAL_REPORTS": ("số báo cáo đã nộp", "reports come"),
    "ACTUAL_REPORTS_ON_TIME": ("số báo cáo nộp đúng hạn", "reports come in time"),
    "REPORTING_RATE": ("tỷ lệ nộp báo cáo (%)", "reporting rate (%)"),
    "REPORTING_RATE_ON_TIME": ("tỷ lệ nộp đúng hạn (%)", "reporting rate in time (%)"),
    "TIMELINESS": ("đúng hạn trong số báo cáo đã nộp (%)", "in time, of the reports that came (%)"),
}
RECORD_WORDS: dict[str, Words] = {
    "PEOPLE": ("Người có hồ sơ sức khoẻ", "People with a health record"),
    "FRESH": ("Người có lượt khám trong 12 tháng", "People with a visit within 12 months"),
    "FRESH_RATE": ("Hồ sơ được cập nhật trong 12 tháng (%)", "Records updated within 12 months (%)"),
    "POPULATION": ("Dân số báo cáo gần nhất (biểu 1/BCT)", "Population last reported (form 1/BCT)"),
    "ENROLMENT_RATE": ("Tỷ lệ người dân có hồ sơ sức khoẻ (%)", "Share of the population with a health record (%)"),
}
WAY_WORDS: dict[str, Words] = {
    "SUM": ("cộng các kỳ, cộng các đơn vị", "sum of periods, sum of units"),
    "AVERAGE": ("trung bình các giá trị", "average of the values"),
    "AVERAGE_SUM_ORG_UNIT": ("trung bình các kỳ, cộng các đơn vị", "average of periods, sum of units"),
    "LAST": ("kỳ cuối của mỗi đơn vị, cộng các đơn vị", "last period of each unit, sum of units"),
    "LAST_AVERAGE_ORG_UNIT": ("kỳ cuối của mỗi đơn vị, trung bình", "last period of each unit, average of units"),
    "FIRST": ("kỳ đầu của mỗi đơn vị, cộng các đơn vị", "first period of each unit, sum of units"),
    "FIRST_AVERAGE_ORG_UNIT": ("kỳ đầu của mỗi đơn vị, trung bình", "first period of each unit, average of units"),
    "COUNT": ("đếm số giá trị", "number of values"),
    "MIN": ("giá trị nhỏ nhất", "least value"),
    "MAX": ("giá trị lớn nhất", "greatest value"),
    "MIN_SUM_ORG_UNIT": ("nhỏ nhất của mỗi đơn vị, cộng các đơn vị", "least of each unit, sum of units"),
    "MAX_SUM_ORG_UNIT": ("lớn nhất của mỗi đơn vị, cộng các đơn vị", "greatest of each unit, sum of units"),
    "STDDEV": ("độ lệch chuẩn của các giá trị", "standard deviation of the values"),
    "VARIANCE": ("phương sai của các giá trị", "variance of the values"),
    "NONE": ("giá trị đứng riêng, không cộng", "a single value, never added up"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """By id; `splits` by number the id. Of a dimension that is not asked for nothing is known."""

    items: Mapping[str, Words]
    periods: Mapping[str, Words]
    units: Mapping[str, Words]
    keys: Mapping[str, Words] = field(default_factory=dict)
    splits: Mapping[int, str] = field(default_factory=dict)

    def of(self, dimension: str, label: str) -> Words:
        known = {"data": self.items, "period": self.periods, "place": self.units}.get(dimension, self.keys)
        return known.get(label, (label, label))


def names_of(question: Question, answers: Iterable[Answered] = ()) -> Names:
    """The names of everything in a question, and of the keys in its answers."""
    numbers = {number for one in answers for number in (one.cell.split, one.cell.attribute) if number}
    numbers |= {one.split for one in question.items if isinstance(one, Operand) and one.split}
    splits, keys = _splits(numbers)
    return Names(
        items=item_names(question.items, {number: keys[uid] for number, uid in splits.items()}),
        periods={label: period_title(period) for label, period in question.periods.items()},
        units={uid: (one.thing["name"], one.thing["name"]) for uid, one in question.units.items()},
        keys=keys,
        splits=splits,
    )


def item_names(items: Iterable[DataItem], keys: Mapping[int, Words] | None = None) -> dict[str, Words]:
    """By the label of the item. `keys`: names of splits by number."""
    items = list(items)
    elements = _named("element", {one.element for one in items if isinstance(one, Operand)})
    sets = _named("data_set", {one.data_set for one in items if isinstance(one, Rate)})
    found = {}
    for one in items:
        match one:
            case Operand():
                words = elements[one.element]
                key = (keys or {}).get(one.split or 0)
                found[one.label] = _joined(words, key, " – ") if key else words
            case Rate():
                found[one.label] = _joined(sets[one.data_set], RATE_WORDS[one.name], ": ")
            case OfRecord():
                found[one.label] = RECORD_WORDS[one.name]
            case Reckoned():
                found[one.label] = one.indicator.title_vi, one.indicator.title_en
    return found


def formula_names(nodes: Sequence[Node], catalogue: Catalogue) -> dict[Item, Words]:
    """What each figure that formulas ask for is called. Raises HosoError HS7032, HS7034, HS7035."""
    found: dict[Item, Words] = {}
    named = {item: named_item(item, catalogue) for node in nodes for item in items_of(node) if item.kind != "[]"}
    groups = {item: one for item, one in named.items() if isinstance(one, UnitGroup)}
    meant = {item: one for item, one in named.items() if not isinstance(one, UnitGroup)}
    splits, keys = _splits({one.split for one in meant.values() if isinstance(one, Operand) and one.split})
    words = item_names(meant.values(), {number: keys[uid] for number, uid in splits.items()})
    for node in nodes:
        for item in items_of(node):
            if item in groups:
                found[item] = _joined(("số đơn vị", "units"), (groups[item].title_vi, groups[item].title_en), ": ")
                continue
            found[item] = words[meant[item].label] if item in meant else ("số ngày của kỳ", "days of the period")
    return found


def _joined(first: Words, second: Words, between: str) -> Words:
    return first[0] + between + second[0], first[1] + between + second[1]


def _named(kind: str, numbers: set[int]) -> dict[int, Words]:
    if not numbers:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, name, name_en FROM statistics_{kind} WHERE id = ANY (%s)", [list(numbers)])
        return {number: (vi, en or vi) for number, vi, en in cursor.fetchall()}


def _splits(numbers: set[int]) -> tuple[dict[int, str], dict[str, Words]]:
    """Their ids and names, in the order of the options in their dimensions: ages and chapters as the form has them."""
    if not numbers:
        return {}, {}
    with connection.cursor() as cursor:
        cursor.execute(_SPLITS, [list(numbers)])
        rows = cursor.fetchall()
    return {number: uid for number, uid, _ in rows}, {uid: (name, name) for _, uid, name in rows}


_SPLITS = """
    SELECT s.id, s.uid, s.name FROM statistics_split s, LATERAL (
        SELECT array_agg((SELECT min(array_position(d.options, one.option)) FROM statistics_dimension d WHERE one.option = ANY (d.options))
                         ORDER BY one.place) AS places
        FROM unnest(s.options) WITH ORDINALITY AS one(option, place)) told
    WHERE s.id = ANY (%s) ORDER BY told.places, s.name
"""
