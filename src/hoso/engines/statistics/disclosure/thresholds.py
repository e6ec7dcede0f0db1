"""Up to which figure a row's small counts are not told, as `definitions/disclosure` says."""

from functools import cache

from hoso.core.definitions import DefinitionError, definitions_folder, read_definition
from hoso.engines.statistics.forms import forms
from hoso.engines.statistics.uids import uid_of


@cache
def thresholds() -> tuple[int, dict[str, int]]:
    """The usual greatest hidden figure, and that of elements (by id) where it is another.

    Raises DefinitionError for a form or row that nothing has.
    """
    folder = definitions_folder() / "disclosure"
    given = read_definition(folder / "thresholds.yaml", folder / "schema" / "thresholds.json")
    if given["sensitive"] < given["usual"]:
        raise DefinitionError("disclosure/thresholds.yaml: sensitive is less than usual")
    rows = {row.key for form in forms().values() for row in form.rows}
    for name in given["sensitive_rows"]:
        if name not in rows:
            raise DefinitionError(f"disclosure/thresholds.yaml: there is no row {name}")
    named = set(given["sensitive_rows"])
    for key in given["sensitive_forms"]:
        if key not in forms():
            raise DefinitionError(f"disclosure/thresholds.yaml: there is no form {key}")
        named |= {row.key for row in forms()[key].rows}
    return given["usual"], dict.fromkeys((uid_of(f"element:{row}") for row in named), given["sensitive"])


def greatest_hidden(element: str) -> int:
    """Of an element by its id: figures from 1 to this one are not told."""
    usual, others = thresholds()
    return others.get(element, usual)
