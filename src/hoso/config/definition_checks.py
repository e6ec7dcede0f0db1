"""Checks of the definition files: each against its schema, then together as the house reads them."""

from collections.abc import Callable, Iterator
from pathlib import Path

from lxml.etree import XPathError

from hoso.core.access import labels
from hoso.core.access.break_glass import break_glass_rules
from hoso.core.access.consent.texts import consent_texts
from hoso.core.access.outbound import outbound_rules
from hoso.core.access.purposes import asked_for, purposes
from hoso.core.access.rules import shipped_rules
from hoso.core.definitions import DefinitionError, definitions_folder, read_definition
from hoso.engines.intake import exchange
from hoso.engines.intake.cda.rules import code_maps, fields_of, rules
from hoso.engines.intake.outbound.conversions import load_steps
from hoso.engines.oversight.explaining import explanations
from hoso.engines.oversight.sensing import check_sensors
from hoso.engines.oversight.tiers import tiers
from hoso.engines.records import sensitivity
from hoso.engines.records.ministry_portal.kinds import kinds
from hoso.engines.statistics.disclosure.thresholds import thresholds
from hoso.engines.statistics.forms import forms
from hoso.engines.statistics.from_record.record_counts import record_counts
from hoso.engines.statistics.indicator_catalogue import indicators
from hoso.engines.statistics.printed.layouts import layouts
from hoso.engines.statistics.quality.integrity import checks
from hoso.engines.statistics.quality.outliers import outlier_settings
from hoso.engines.statistics.quality.rules import rules as quality_rules
from hoso.engines.statistics.unit_groups import unit_groups
from hoso.engines.statistics.yearbook.chapters import yearbooks
from hoso.web.dashboards.boards import boards

Problem = str  # empty where all is well


def check_definitions() -> Iterator[tuple[str, Problem]]:
    """Yield every file and every check of files together, with what is wrong."""
    folder = definitions_folder()
    for path in sorted(folder.rglob("*.yaml")):
        yield str(path.relative_to(folder)), _problem(lambda path=path: read_definition(path, schema_of(path)))  # type: ignore[misc]
    yield "exchange (together)", _problem(lambda: (exchange.load_decisions(), load_steps()))
    yield "cda (together)", _problem(_check_cda)
    yield (
        "sensitivity (together)",
        _problem(lambda: (labels.withheld_mask("own_record"), sensitivity.mask_for_text(""))),
    )
    yield "access (together)", _problem(_check_roles)
    yield "consent texts (together)", _problem(_check_consent_texts)
    yield "ministry portal (together)", _problem(kinds)
    yield "reports (together)", _problem(lambda: (forms(), layouts(), record_counts()))
    yield "indicators (together)", _problem(indicators)
    yield "unit groups (together)", _problem(unit_groups)
    yield "dashboards (together)", _problem(boards)
    yield "yearbook (together)", _problem(yearbooks)
    yield "quality (together)", _problem(lambda: (quality_rules(), outlier_settings(), checks()))
    yield "disclosure (together)", _problem(thresholds)
    yield "oversight (together)", _problem(_check_oversight)


def schema_of(path: Path) -> Path | None:
    """The schema of a file: `schema/` of its room, named like the file, like its folder, or as the room's tables."""
    room = definitions_folder() / path.relative_to(definitions_folder()).parts[0] / "schema"
    stem = path.stem
    table = "table" if stem.startswith("xml") else ""
    for name in (stem, stem.partition("-")[0], path.parent.name.removesuffix("s"), table):
        if (room / f"{name}.json").exists():
            return room / f"{name}.json"
    return None


def _problem(check: Callable[[], object]) -> Problem:
    try:
        check()
    except (DefinitionError, KeyError, ValueError) as error:
        return str(error)
    return ""


def _check_cda() -> None:
    """Raises DefinitionError, KeyError or ValueError where the mapping of CDA names what is not there."""
    try:
        given = rules()
    except XPathError as error:
        raise ValueError(f"exchange/cda: {error}") from error
    for name, fields in fields_of(given):
        for field in fields:
            if field.map and field.map not in code_maps():
                raise ValueError(f"exchange/cda: {name}: no map {field.map}")


def _check_consent_texts() -> None:
    """Raises ValueError where a purpose that rests on consent has no text, or a text is for another purpose."""
    texts = {text.purpose for text in consent_texts()}
    if texts != {purpose.key for purpose in asked_for()}:
        raise ValueError(f"consent_texts and purposes.yaml differ on {texts ^ {one.key for one in asked_for()}}")


def _check_oversight() -> None:
    """Raises ValueError where a role has no privilege tier, or a tier names a role that does not exist; DefinitionError where a
    sensor's case does not trip it, or its benign twin does."""
    roles = {role["key"] for role in read_definition(definitions_folder() / "access" / "roles.yaml")["roles"]}
    if unplaced := roles ^ set(tiers().of_role):
        raise ValueError(f"oversight/tiers.yaml and access/roles.yaml differ on {', '.join(sorted(unplaced))}")
    explanations()
    check_sensors()


def _check_roles() -> None:
    """Raises ValueError where a role names a purpose, or a destination of labels, that does not exist, or a rule of the
    policy contradicts the roles."""
    folder = definitions_folder() / "access"
    for role in read_definition(folder / "roles.yaml")["roles"]:
        if unknown := set(role["purposes"]) - set(purposes()):
            raise ValueError(f"role {role['key']}: no purpose {', '.join(sorted(unknown))}")
        if role["destination"] not in {"all", "none", *labels.destinations()}:
            raise ValueError(f"role {role['key']}: no destination {role['destination']}")
    shipped_rules()
    break_glass_rules()
    outbound_rules()
