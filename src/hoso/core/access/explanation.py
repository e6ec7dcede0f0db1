"""The policy in words: the table of rules for people to read, and why somebody was refused and how they may ask."""

from dataclasses import dataclass
from functools import cache

from hoso.core.access.actor import Actor
from hoso.core.access.labels import labels, labels_in, mask_of
from hoso.core.access.rules import Rule, shipped_rules
from hoso.core.definitions import definitions_folder, read_definition

Pair = tuple[str, str]  # Vietnamese, English

RELATIONS: dict[str, Pair] = {
    "everywhere": ("Mọi người", "Everybody"),
    "facility": ("Người khám tại cơ sở mình", "Who was in care at one's facility"),
    "place": ("Người cư trú trên địa bàn", "Who lives in one's place"),
    "own": ("Lượt khám mình phụ trách", "The visit one is in charge of"),
    "team": ("Lượt khám kíp mình điều trị", "The visit of one's treating team"),
    "granted": ("Hồ sơ được mở riêng", "A record opened to one"),
}
STATES: dict[str, Pair] = {"in_treatment": ("đang điều trị", "in treatment"), "closed": ("đã kết thúc", "closed")}


@dataclass(frozen=True)
class RuleLine:
    """One rule as a reader sees it; `hidden`: the labels it does not show (of a permit) or hides (of a forbid)."""

    rule: Rule
    roles: tuple[Pair, ...]
    relation: Pair
    states: tuple[Pair, ...]
    hidden: tuple[Pair, ...]


@dataclass(frozen=True)
class Refusal:
    """Why: the rules that speak about the asker's roles for this purpose. How: the ways to ask, of rules for the act."""

    forbidding: tuple[Rule, ...]
    mine: tuple[Rule, ...]
    ways: tuple[Pair, ...]


@cache
def role_titles() -> dict[str, Pair]:
    """The shipped roles' names by key."""
    given = read_definition(definitions_folder() / "access" / "roles.yaml")["roles"]
    return {one["key"]: (one["title_vi"], one["title_en"]) for one in given}


def rule_table() -> tuple[RuleLine, ...]:
    """Every rule in force, those that forbid first, as they stand in the file."""
    titles = role_titles()
    return tuple(_line(rule, titles) for rule in shipped_rules())


def _line(rule: Rule, titles: dict[str, Pair]) -> RuleLine:
    everything = mask_of(labels())
    shown = everything
    for mask in rule.opens.values():
        shown &= mask
    hidden = rule.hides if rule.effect == "forbid" else everything & ~shown
    everybody: Pair = ("Mọi vai trò", "Every role")
    return RuleLine(
        rule,
        tuple(titles[key] for key in sorted(rule.roles)) or (everybody,),
        RELATIONS.get(rule.relation or "", ("", "")),
        () if len(rule.states) > 1 else tuple(STATES[state] for state in rule.states),
        tuple((label.title_vi, label.title_en) for label in labels_in(hidden)),
    )


def explain_refusal(actor: Actor, permission: str, purpose: str) -> Refusal:
    """What the policy says about this asker; it looks at no record, so it tells nothing of whether there is one."""
    held = frozenset(one.role for one in actor.assignments)
    rules = shipped_rules()
    permits = [rule for rule in rules if rule.effect == "permit"]
    mine = tuple(rule for rule in permits if rule.roles & held and purpose in rule.purposes)
    about = [rule for rule in permits if permission in rule.actions and (purpose in rule.purposes or rule.roles & held)]
    forbidding = tuple(rule for rule in rules if rule.effect == "forbid" and rule.everything and rule.applies_to(held))
    return Refusal(forbidding, mine, tuple(dict.fromkeys(rule.ask for rule in (mine or tuple(about)))))
