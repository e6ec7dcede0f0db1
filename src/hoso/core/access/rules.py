"""The policy as data: `definitions/access/rules.yaml`, one line for each rule, and what the lines mean.

From these same lines come single decisions (`decisions.py`), the SQL of lists (`predicates.py`) and, loaded into
`access_rule`, row security.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from hoso.core.access.labels import labels, mask_of, withheld_mask
from hoso.core.definitions import definitions_folder, read_definition

Relation = Literal["everywhere", "facility", "place", "own", "team", "granted"]
State = Literal["in_treatment", "closed"]
STATES: tuple[State, ...] = ("in_treatment", "closed")


@dataclass(frozen=True)
class Rule:
    """One line. `roles` empty: everybody but `except_roles`. `opens`: for a permit, the mask it shows to each role; for
    a forbid, `hides` is the mask it hides and `everything` hides unlabelled records too."""

    id: str
    effect: Literal["permit", "forbid"]
    roles: frozenset[str]
    except_roles: frozenset[str]
    purposes: frozenset[str]
    actions: frozenset[str]
    relation: Relation | None
    states: frozenset[State]
    opens: Mapping[str, int]
    hides: int
    everything: bool
    title: tuple[str, str]  # Vietnamese, English
    ask: tuple[str, str]
    source: str
    evidence: str

    def applies_to(self, held: frozenset[str]) -> bool:
        """Whether a rule that forbids speaks about somebody who holds these roles."""
        return bool(self.roles & held) if self.roles else bool(held - self.except_roles)


@dataclass(frozen=True)
class RoleReach:
    """What of a role the rules need to know: whether it sees persons, the mask its destination shows, how far it goes."""

    sees_persons: bool
    shows: int
    everywhere: bool
    permissions: frozenset[str]
    purposes: frozenset[str]


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """Every rule of the file, in its order. Raises ValueError where a line contradicts the roles or cannot be meant."""
    folder = definitions_folder() / "access"
    given = read_definition(folder / "rules.yaml", folder / "schema" / "rules.json")["rules"]
    roles = role_reaches()
    rules = tuple(_rule(line, roles) for line in given)
    check_rules(rules, roles)
    return rules


@cache
def role_reaches() -> Mapping[str, RoleReach]:
    """The shipped roles as the rules see them."""
    entries = read_definition(definitions_folder() / "access" / "roles.yaml")["roles"]
    return {
        entry["key"]: RoleReach(
            entry["destination"] != "none",
            shown_mask(entry["destination"]),
            entry["everywhere"],
            frozenset(entry["permissions"]),
            frozenset(entry["purposes"]),
        )
        for entry in entries
    }


def shown_mask(destination: str) -> int:
    """The labels a destination shows: `all` shows every label, `none` none."""
    if destination == "none":
        return 0
    everything = mask_of(labels())
    return everything if destination == "all" else everything & ~withheld_mask(destination)


def _rule(line: dict[str, Any], roles: Mapping[str, RoleReach]) -> Rule:
    named = frozenset() if line["roles"] == "any" else frozenset(line["roles"])
    wanted = line["labels"]
    listed = mask_of(wanted) if isinstance(wanted, list) else 0
    forbids = line["effect"] == "forbid"
    of_grant = mask_of(labels()) if wanted == "of_grant" else 0
    return Rule(
        id=line["id"],
        effect=line["effect"],
        roles=named,
        except_roles=frozenset(line.get("except_roles", ())),
        purposes=frozenset(line.get("purposes", ())),
        actions=frozenset(line.get("actions", ())),
        relation=line.get("relation"),
        states=frozenset(line.get("states", STATES)),
        opens={} if forbids else {key: of_grant or (roles[key].shows | listed) for key in named},
        hides=listed if forbids else 0,
        everything=forbids and wanted == "everything",
        title=(line["title_vi"], line["title_en"]),
        ask=(line.get("ask_vi", ""), line.get("ask_en", "")),
        source=line["source"],
        evidence=line["evidence"],
    )


def check_rules(rules: tuple[Rule, ...], roles: Mapping[str, RoleReach]) -> None:
    """Raises ValueError for a line that cannot be meant, or a role that could see persons and has no line."""
    if len({rule.id for rule in rules}) < len(rules):
        raise ValueError("rules.yaml: an id is written twice")
    for rule in rules:
        for complaint in _complaints(rule, roles):
            raise ValueError(f"rules.yaml: {rule.id}: {complaint}")
    permitted = {role for rule in rules if rule.effect == "permit" for role in rule.roles}
    for key, role in roles.items():
        if role.sees_persons and key not in permitted:
            raise ValueError(
                f"rules.yaml: the role {key} sees persons (roles.yaml: destination) and no rule permits it"
            )


def _complaints(rule: Rule, roles: Mapping[str, RoleReach]) -> list[str]:
    unknown = (rule.roles | rule.except_roles) - roles.keys()
    if unknown:
        return [f"no role {', '.join(sorted(unknown))}"]
    if rule.effect == "forbid":
        return []
    found = []
    for key in sorted(rule.roles):
        role = roles[key]
        if not role.sees_persons:
            found.append(f"the role {key} sees no person (roles.yaml: destination none)")
        if not rule.purposes <= role.purposes:
            found.append(f"the role {key} has no purpose {', '.join(sorted(rule.purposes - role.purposes))}")
        if not rule.actions <= role.permissions:
            found.append(f"the role {key} has no permission {', '.join(sorted(rule.actions - role.permissions))}")
    if rule.relation in ("own", "team") and rule.states != {"in_treatment"}:
        found.append("own and team last as long as the visit: states must be [in_treatment]")
    if rule.relation in ("everywhere", "place", "granted") and rule.states != frozenset(STATES):
        found.append(f"the relation {rule.relation} knows no state of care")
    return found
