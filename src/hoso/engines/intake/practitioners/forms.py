"""The forms of a licence: of the law of 2009, of the law of 2023 (definitions/people/licences.yaml)."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from hoso.core.definitions import definitions_folder, read_definition


@dataclass(frozen=True)
class LicenceForm:
    key: str
    title_vi: str
    title_en: str
    marks: tuple[str, ...]  # any of which stands in its numbers
    issued_from: date | None  # the first day on which it was issued


UNKNOWN = LicenceForm("unknown", "Chưa rõ loại", "Form not known", (), None)


@cache
def licence_forms() -> dict[str, LicenceForm]:
    """By key, the newest first."""
    folder = definitions_folder() / "people"
    given = read_definition(folder / "licences.yaml", folder / "schema" / "licences.json")
    return {
        one["key"]: LicenceForm(
            one["key"], one["title_vi"], one["title_en"], tuple(one["marks"]),
            date.fromisoformat(one["issued_from"]) if one["issued_from"] else None,
        )
        for one in given["forms"]
    }  # fmt: skip


def form_of(number: str, issued: date | None) -> str:
    """By the mark in the number; else by the day of issue; `unknown` where neither tells."""
    for one in licence_forms().values():
        if any(mark in number for mark in one.marks):
            return one.key
    for one in licence_forms().values():
        if issued and (one.issued_from is None or issued >= one.issued_from):
            return one.key
    return UNKNOWN.key
