"""Entries as resources, by the rules of definitions/exchange/cda. Nothing here knows a template or a resource by name.

An entry makes a resource, fills a part of the resource around it, says something about those inside it, or is reported
with its reason. What it may not do is vanish.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from hoso.core.access.labels import withheld_mask
from hoso.engines.intake.cda.account import MAPPED, NOT_MAPPED, WITHHELD, EntryAccount
from hoso.engines.intake.cda.placing import has, put
from hoso.engines.intake.cda.rules import EntryRule, Field, Made, code_maps, rules
from hoso.engines.intake.cda.values import READERS, Choice, Seen, concept
from hoso.engines.intake.cda.written_json import as_json
from hoso.engines.records.drafts import uuid8_at
from hoso.engines.records.fhir.validation import checked
from hoso.engines.records.fhir.writing.content_labels import mask_of_content

CLASSES = frozenset(
    {"act", "observation", "procedure", "substanceAdministration", "supply", "encounter", "organizer",
     "observationMedia", "regionOfInterest"}
)  # fmt: skip
CODED = "https://hoso.vn/fhir/StructureDefinition/cda-coded"
PART_OF = "https://hoso.vn/fhir/StructureDefinition/cda-part-of"
_CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
_HOLDERS = ("entryRelationship", "component")
_UNREAD = frozenset({"templateId", "realmCode", "typeId", *_HOLDERS})


@dataclass
class MadeResource:
    """A resource on its way, with the accounts of the entries that fill parts of it."""

    id: str
    body: dict[str, Any]
    account: EntryAccount
    parts: list[EntryAccount] = field(default_factory=list)
    around: "MadeResource | None" = None
    is_member: bool = False
    sensitivity: int = 0

    @property
    def type(self) -> str:
        return str(self.body["resourceType"])

    @property
    def reference(self) -> dict[str, str]:
        return {"reference": f"{self.type}/{self.id}"}

    def put_aside(self, outcome: str, reason: str, detail: str = "") -> None:
        self.account.put_aside(outcome, reason, detail)
        for part in self.parts:
            part.put_aside(outcome, reason if outcome == WITHHELD else "owner")


@dataclass(frozen=True)
class _Around:
    """What an entry is inside of: a resource, or a part of one."""

    kind: str
    node: dict[str, Any]
    owner: MadeResource


class EntryMapper:
    """Maps the entries of one document. `seed` is what ids hang on: the series of the document."""

    def __init__(self, seed: str, patient_id: str, texts: dict[str, str]) -> None:
        self.seed = seed
        self.patient = {"reference": f"Patient/{patient_id}"}
        self.texts = texts
        self.hidden = withheld_mask("own_record")
        self.resources: list[MadeResource] = []
        self.accounts: list[EntryAccount] = []
        self.identities: Counter[str] = Counter()

    def take(self, element: Any, path: str) -> tuple[list[EntryAccount], list[MadeResource]]:
        """One entry of a section with everything inside it: its accounts, and the resources made."""
        self.accounts, self.resources = [], []
        self._entry(element, path, None)
        kept = [one for one in self.resources if one.account.outcome == MAPPED]
        for one in kept:
            if one.around and not one.is_member and one.around.account.outcome == MAPPED:
                put(one.body, "extension", {"url": PART_OF, "valueReference": one.around.reference}, many=True)
        return self.accounts, kept

    def _entry(self, element: Any, path: str, around: _Around | None) -> list[MadeResource]:
        """The resources that stand for this entry: its own, or those of what it wraps."""
        account = _account(element, path)
        self.accounts.append(account)
        template, rule = _rule(element)
        account.template, account.name = template, rule.name if rule else ""
        if element.get("nullFlavor"):
            account.put_aside(NOT_MAPPED, "no_information", element.get("nullFlavor"))
        elif rule is None:
            account.put_aside(NOT_MAPPED, "no_mapping", f"{element.tag} {element.get('moodCode', '')}")
        elif rule.part and around and around.kind in rule.part_in:
            self._part(element, path, rule.part, around, account)
            return []
        else:
            return self._alone(element, path, rule, around, account)
        self._inside(element, path, around)
        return []

    def _alone(
        self, element: Any, path: str, rule: EntryRule, around: _Around | None, account: EntryAccount
    ) -> list[MadeResource]:
        if rule.wraps is not None:
            return self._wrap(element, path, rule.wraps, around, account)
        made = rule.moods.get(element.get("moodCode", "")) or rule.makes
        if made is None and rule.part:  # its template fills a part, but not of what is around it here
            fallback = rules().otherwise.get((element.tag, element.get("moodCode", "")))
            made = fallback.makes if fallback else None
        if made is None:
            account.put_aside(NOT_MAPPED, rule.not_mapped or "no_mapping", rule.name)
            self._inside(element, path, around)
            return []
        return self._make(element, path, made, rule.category, around, account)

    def _make(
        self, element: Any, path: str, made: Made, category: str, around: _Around | None, account: EntryAccount
    ) -> list[MadeResource]:
        body: dict[str, Any] = {"resourceType": made.type, **deepcopy(dict(made.fixed))}
        body.update(deepcopy(dict(made.moods.get(element.get("moodCode", ""), {}))))
        one = MadeResource(self._id(made.type, element, path), body, account, around=around.owner if around else None)
        if _negated(element) and made.negated == "refuse":
            one.put_aside(NOT_MAPPED, "negated")
            self._aside_inside(element, path)
            return []
        seen = Seen(self.texts)
        missing = self._fill(element, body, made.fields, seen)
        if missing is not None:
            one.put_aside(NOT_MAPPED, "missing", missing)
            self._inside(element, path, None)
            return []
        put(body, made.subject, dict(self.patient))
        if category:
            put(body, "category", {"coding": [{"system": _CATEGORIES, "code": category}]}, many=True)
        if _negated(element):
            body.update(deepcopy(made.negated))
        inside = self._inside(element, path, _Around(made.type, body, one))
        self._members(made, body, inside)
        self._carry_along(element, body, seen)
        account.left = _unread(element, seen)
        account.became, account.id, account.outcome = made.type, one.id, MAPPED
        self._judge(one)
        self.resources.append(one)
        return [one] if account.outcome == MAPPED else []

    def _members(self, made: Made, body: dict[str, Any], inside: Sequence[MadeResource]) -> None:
        for child in inside:
            if made.members and (not made.member_types or child.type in made.member_types):
                child.is_member = True
                told: dict[str, Any] = child.reference
                put(body, made.members, {made.member_under: told} if made.member_under else told, many=True)

    def _part(self, element: Any, path: str, part: Made, around: _Around, account: EntryAccount) -> None:
        seen = Seen(self.texts)
        node: dict[str, Any] = {} if part.to else deepcopy(around.node)
        if part.fixed:
            node.update({key: deepcopy(value) for key, value in part.fixed.items() if key not in node})
        missing = self._fill(element, node, part.fields, seen)
        if _negated(element) or missing is not None:
            account.put_aside(NOT_MAPPED, *(("negated",) if _negated(element) else ("missing", missing or "")))
            self._aside_inside(element, path)
            return
        self._carry_along(element, node, seen)
        if part.to:
            put(around.node, part.to, node, many=True)
        else:
            around.node.update(node)
            node = around.node
        account.became = f"{around.owner.type}.{part.to or part.fields[0].to.partition('.')[0]}"
        account.id, account.outcome, account.left = around.owner.id, MAPPED, _unread(element, seen)
        around.owner.parts.append(account)
        self._inside(element, path, _Around(part.to or around.kind, node, around.owner))

    def _wrap(
        self, element: Any, path: str, fields: Sequence[Field], around: _Around | None, account: EntryAccount
    ) -> list[MadeResource]:
        if _negated(element):
            account.put_aside(NOT_MAPPED, "negated")
            self._aside_inside(element, path)
            return []
        inside = self._inside(element, path, around)
        seen = Seen(self.texts)
        told = [one for one in inside if self._tell(element, one, fields, seen)]
        if not told:
            account.put_aside(NOT_MAPPED, "nothing_inside")
            return inside
        self._carry_along(element, told[0].body, seen)
        account.outcome, account.became, account.id = MAPPED, told[0].type, told[0].id
        account.left = _unread(element, seen)
        told[0].parts.append(account)
        for one in told[1:]:  # a severity beside its allergy, not a second illness of one concern
            if one.around is None and one.type != told[0].type:
                one.around = told[0]
        return inside

    def _tell(self, element: Any, one: MadeResource, fields: Sequence[Field], seen: Seen) -> bool:
        """Say of one resource inside what the wrapper says; what it says itself stays."""
        body = deepcopy(one.body)
        for given in fields:
            top = given.to.partition(".")[0]
            if (not given.within or one.type in given.within) and not has(body, top):
                self._fill(element, body, (given,), seen)
        if not _issues(one.id, body):
            one.body = body
        return one.account.outcome == MAPPED

    def _inside(self, element: Any, path: str, around: _Around | None) -> list[MadeResource]:
        return [one for child, where in nested(element, path) for one in self._entry(child, where, around)]

    def _aside_inside(self, element: Any, path: str) -> None:
        """Everything inside belongs to what was not mapped."""
        for child, where in nested(element, path):
            account = _account(child, where)
            account.template = _rule(child)[0]
            account.put_aside(NOT_MAPPED, "owner")
            self.accounts.append(account)
            self._aside_inside(child, where)

    def _fill(self, element: Any, node: dict[str, Any], fields: Sequence[Field], seen: Seen) -> str | None:
        """Fill the node's elements; the name of a required one that is not said, else None."""
        for given in fields:
            if not self._fill_one(element, node, given, seen):
                if given.required:
                    return given.to
                if given.otherwise:
                    put(node, given.otherwise_key, given.otherwise)
        return None

    def _fill_one(self, element: Any, node: dict[str, Any], given: Field, seen: Seen) -> bool:
        filled = False
        for found in given.found(element):
            value = _read(given, found, seen)
            if value is None:
                continue
            if not isinstance(found, str):
                seen.used.add(_below(found, element))
            where = given.to
            if isinstance(value, Choice):
                where, value = f"{where}{value.suffix}", value.value
            put(node, where, {given.under: value} if given.under else value, given.many)
            if given.system:
                put(node, f"{given.to.rpartition('.')[0]}.system", given.system)
            filled = True
            if not given.many:
                break
        return filled

    def _carry_along(self, element: Any, node: dict[str, Any], seen: Seen) -> None:
        """Codes that no field took go along as extensions, so that none is lost."""
        for one in own_parts(element):
            if one in seen.used or not one.get("code", "").strip() or not one.get("codeSystem"):
                continue
            said = concept(one, seen)
            told = [{"url": "path", "valueString": _way(one, element)}, {"url": "value", "valueCodeableConcept": said}]
            put(node, "extension", {"url": CODED, "extension": told}, many=True)

    def _judge(self, one: MadeResource) -> None:
        """Valid, and allowed into the record?"""
        if issues := _issues(one.id, one.body):
            one.put_aside(NOT_MAPPED, "invalid", issues)
            return
        one.sensitivity = mask_of_content(one.type, one.body)
        if one.sensitivity & self.hidden:
            one.put_aside(WITHHELD, "withheld")

    def _id(self, type_name: str, element: Any, path: str) -> str:
        """The same for the same entry in the next version: by its own id where it has one, else by its place."""
        first = element.find("id[@root]")
        said = f"{first.get('root')}|{first.get('extension', '')}" if first is not None else path
        identity = f"{type_name}|{said}"
        self.identities[identity] += 1
        return uuid8_at(0, "cda", self.seed, identity, str(self.identities[identity]))


def nested(element: Any, path: str) -> Iterator[tuple[Any, str]]:
    """The entries directly inside one, with their places."""
    places: Counter[str] = Counter()
    for holder in element:
        if holder.tag in _HOLDERS:
            places[holder.tag] += 1
            for one in holder:
                if one.tag in CLASSES:
                    yield one, f"{path}/{holder.tag}[{places[holder.tag]}]/{one.tag}"


def own_parts(element: Any) -> Iterator[Any]:
    """Everything below an entry that is not part of an entry inside it, in order."""
    for child in element:
        if child.tag in _HOLDERS and any(one.tag in CLASSES for one in child):
            continue
        yield child
        yield from own_parts(child)


def _account(element: Any, path: str) -> EntryAccount:
    code = element.find("code")
    said = (code.get("code", ""), code.get("codeSystem", "")) if code is not None else ("", "")
    return EntryAccount(path, element.tag, "", "", *said)


def _rule(element: Any) -> tuple[str, EntryRule | None]:
    """(template, rule): that of the first template known; else by class and mood."""
    roots = [one.get("root", "") for one in element.findall("templateId")]
    for root in roots:
        if root in rules().templates:
            return root, rules().templates[root]
    return next(iter(roots), ""), rules().otherwise.get((element.tag, element.get("moodCode", "")))


def _read(given: Field, found: Any, seen: Seen) -> Any:
    if given.kind == "given":
        return deepcopy(given.given)
    if given.kind != "code":
        return READERS[given.kind](found, seen)
    code = found.get("code", "")
    value = code_maps()[given.map].get(code)
    if value and found.tag == "statusCode":  # what other codes become says less than they do: they go along too
        seen.used.add(found)
    return value or None


def _issues(id_: str, body: Mapping[str, Any]) -> str:
    """What is wrong with a resource; empty for nothing."""
    _, issues = checked(as_json({**body, "id": id_}))
    return "; ".join(f"{one.expression} {one.detail}".strip()[:120] for one in issues[:3])


def _negated(element: Any) -> bool:
    return bool(element.get("negationInd") == "true")


def _below(found: Any, element: Any) -> Any:
    """The child of the entry that holds what was found."""
    while found.getparent() is not None and found.getparent() is not element:
        found = found.getparent()
    return _Mark(found)


@dataclass(frozen=True)
class _Mark:
    """That something below a child of the entry was read; the child's own code may be another matter."""

    child: Any


def _unread(element: Any, seen: Seen) -> tuple[str, ...]:
    read = {one.child for one in seen.used if isinstance(one, _Mark)}
    names = (one.tag for one in element if one.tag not in _UNREAD and one not in read and one not in seen.used)
    return tuple(sorted(set(names)))


def _way(one: Any, element: Any) -> str:
    names = []
    while one is not element:
        names.append(one.tag)
        one = one.getparent()
    return "/".join(reversed(names))
