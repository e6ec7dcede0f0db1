"""The slow and obvious second policy: what the law and the plan say, written out role by role.

It shares nothing with definitions/access/rules.yaml. Relations are the prepared persons of `world.py`, each tied to the
asker in one way only.
"""

from dataclasses import dataclass

READ, SEARCH, LABEL = "record.read", "person.search", "record.label"
HIDDEN_FROM_STAFF = {"hiv", "addiction", "prostitution"}
GRANTED_LABELS = {  # what the prepared grant opens: all but two
    "hiv", "addiction", "drug_test", "psychiatry", "art_donor", "surrogacy", "transplant", "gender_reassignment", "genetic",
    "domestic_violence", "child_abuse",
}  # fmt: skip


@dataclass(frozen=True)
class Asker:
    """Who asks: the roles of one account, and where they are held (facility, place or nowhere)."""

    roles: tuple[str, ...]
    where: str


@dataclass(frozen=True)
class Cell:
    """What is asked: the purpose, the action, how the person is tied to the asker, and the label of the record."""

    purpose: str
    action: str
    relation: str  # facility_now, facility_past, place, own, team, granted, none
    label: str  # empty: none


def may(asker: Asker, cell: Cell) -> bool:
    """Whether the asker may, whatever the purpose is that the account states."""
    if cell.label == "fetal_sex" and asker.roles != ("intake_service",):
        return False  # nobody sees it, whatever else is true
    if {"administrator", "overseer", "access_approver"} & set(asker.roles):
        return False  # who runs, watches or approves sees no patient
    return any(_may(role, asker.where, cell) for role in asker.roles)


def _may(role: str, where: str, cell: Cell) -> bool:
    look = cell.action in (READ, SEARCH)
    if role in ("doctor", "station_nurse"):
        # Who only lives in the place, or whose record was opened for a time, is not labelled.
        labels = cell.action == LABEL and cell.relation not in ("granted", "place")
        # Papers are for the person who was in care here: not for who lives nearby, nor for a record opened for a time.
        prints = cell.action == "record.print" and cell.relation in ("facility_now", "facility_past")
        return cell.purpose == "treatment" and (look or labels or prints) and _treats(role, where, cell)
    if role == "student":  # reads, and only reads, what was opened
        return cell.purpose == "training" and cell.action == READ and _granted(cell)
    if role == "outside_officer":  # may take a copy of what was opened
        return cell.purpose == "legal_request" and cell.action in (READ, "record.export") and _granted(cell)
    if role == "release_officer":
        return (
            cell.purpose == "record_release"
            and cell.action in (SEARCH, READ, "record.export", "record.print")
            and where == "facility"
            and cell.relation == "facility_past"
            and cell.label not in HIDDEN_FROM_STAFF
        )
    if role == "bulk_exporter":  # a machine that the authority lets take copies of everybody's record
        exports = cell.action in (READ, "record.export") and where == "nowhere"
        return cell.purpose == "record_release" and exports and cell.label not in HIDDEN_FROM_STAFF
    if role == "portal_service":  # the house's own machine, for the ministry's portal
        exports = cell.action in (READ, "record.export") and where == "nowhere"
        return cell.purpose == "portal_synchronisation" and exports and cell.label not in HIDDEN_FROM_STAFF
    if role == "payment_officer":  # HIV law art. 30: those who pay
        ended_here = where == "facility" and cell.relation == "facility_past"
        return cell.purpose == "payment" and look and ended_here and cell.label != "prostitution"
    if role == "figures_checker":  # who is behind a figure of the facility
        of_ours = where == "facility" and cell.relation in ("facility_now", "facility_past")
        return (
            cell.purpose == "figure_checking"
            and cell.action == READ
            and of_ours
            and cell.label not in HIDDEN_FROM_STAFF
        )
    if role == "insurer_auditor":
        at_home = where == "place" and cell.relation == "place"
        return cell.purpose == "payment" and cell.action == READ and at_home and cell.label != "prostitution"
    if role == "intake_officer":
        settles = cell.action in (SEARCH, "conflict.decide", "record.write")
        return (
            cell.purpose == "record_keeping" and settles and where == "nowhere" and cell.label not in HIDDEN_FROM_STAFF
        )
    if role == "intake_service":
        return cell.purpose == "record_keeping" and cell.action in (READ, "record.write") and where == "nowhere"
    return False  # every other role has nothing to do with persons


def _treats(role: str, where: str, cell: Cell) -> bool:
    if cell.relation in ("own", "team"):  # HIV law art. 30: those who treat, in this visit
        return cell.label != "prostitution"
    if cell.relation == "granted":
        return _granted(cell)
    if cell.label in HIDDEN_FROM_STAFF:
        return False
    if cell.relation in ("facility_now", "facility_past"):
        return where == "facility"
    return role == "station_nurse" and cell.relation == "place" and where == "place"


def _granted(cell: Cell) -> bool:
    return cell.relation == "granted" and (not cell.label or cell.label in GRANTED_LABELS)
