"""What a local code may mean: codes of the catalogue in force, the likeliest first, each with what speaks for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from hoso.core.terminology.queries import COLUMNS, Concept, Version, concept_at, concept_of
from hoso.core.terminology.search_words import words_of
from hoso.core.vietnamese.folding import fold
from hoso.engines.intake.local_codes.in_force import catalogue_at, knows
from hoso.engines.intake.local_codes.kinds import Kind
from hoso.engines.intake.local_codes.likeness import Rarity, alike, bare, family
from hoso.engines.intake.local_codes.sent_codes import fields_of

SHOWN = 8
LOOKED_AT = 60  # candidates by shared words of which letters are compared
BEGINNING = 4  # letters of a word by which candidates are found, so that a wrong ending does no harm
NAME_WEIGHT, SAME_CODE_WEIGHT, FAMILY_WEIGHT, UNIT_WEIGHT = 4.0, 6.0, 2.0, 1.0
LEAST = 0.2  # below nothing is proposed


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing compared: what the hospital says, what the catalogue says, how far they agree (0 to 1)."""

    what: str  # name, code, code_family, unit, or the property of the catalogue
    local: str
    catalogue: str
    share: float

    def as_dict(self) -> dict[str, Any]:
        return {"what": self.what, "local": self.local, "catalogue": self.catalogue, "share": round(self.share, 3)}


@dataclass(frozen=True, slots=True)
class Proposal:
    concept: Concept
    score: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class LocalCode:
    """A code with the samples of how its lines name it: field of the exchange table -> text."""

    kind: Kind
    code: str
    samples: tuple[dict[str, str], ...]

    @property
    def names(self) -> list[str]:
        return [name for one in self.samples if (name := one.get(self.kind.name, ""))]


def read_samples(kind: Kind, stored: Sequence[Sequence[str]]) -> tuple[dict[str, str], ...]:
    """The samples as `counting` stores them."""
    fields = fields_of(kind)
    return tuple(dict(zip(fields, said, strict=False)) for said in stored)


def proposals(local: LocalCode, day: date) -> list[Proposal]:
    """The likeliest codes of the catalogue in force on that day; empty where there is no catalogue or nothing is alike."""
    version = catalogue_at(local.kind, day)
    if version is None:
        return []
    candidates = _candidates(local, version, day)
    rarity = Rarity(words_of(one.display_vi) for one in candidates)
    ours = [frozenset(words_of(name)) for name in local.names]

    def likely(one: Concept) -> float:
        theirs = frozenset(words_of(one.display_vi))
        words = max((rarity.shared(mine, theirs) for mine in ours), default=0.0)
        return words + (2 if bare(one.code) == bare(local.code) else 0) + sum(e.share for e in _compared(local, one))

    nearest = sorted(candidates, key=lambda one: (-likely(one), one.code))[:LOOKED_AT]
    judged = [judge(local, one, rarity) for one in nearest]
    likeliest = sorted((one for one in judged if one.score >= LEAST), key=lambda one: (-one.score, one.concept.code))
    return likeliest[:SHOWN]


def judge(local: LocalCode, concept: Concept, rarity: Rarity | None = None) -> Proposal:
    """What speaks for one code of the catalogue, and the weighed mean of it."""
    found: list[tuple[float, Evidence]] = []
    if best := _name(local, concept, rarity):
        found.append((NAME_WEIGHT, best))
    if bare(concept.code) == bare(local.code):
        found.append((SAME_CODE_WEIGHT, Evidence("code", local.code, concept.code, 1.0)))
    elif (stem := family(local.code)) and concept.code.startswith(stem):
        found.append((FAMILY_WEIGHT, Evidence("code_family", local.code, concept.code, 1.0)))
    weights = {one.what: one.weight for one in local.kind.compared} | {"unit": UNIT_WEIGHT}
    found += [(weights[one.what], one) for one in _compared(local, concept)]
    whole = sum(weight for weight, _ in found)
    score = sum(weight * one.share for weight, one in found) / whole if whole else 0.0
    return Proposal(concept, score, tuple(one for _, one in found))


def evidence_for(local: LocalCode, code: str, day: date) -> Proposal | None:
    """What speaks for a code that somebody chose; None where the catalogue of that day does not have it."""
    version = catalogue_at(local.kind, day)
    if version is None or not knows(local.kind, version, code, day):
        return None
    concept = concept_at(local.kind.catalogue, code, day)
    return judge(local, concept) if concept else None


def _name(local: LocalCode, concept: Concept, rarity: Rarity | None) -> Evidence | None:
    theirs = frozenset(words_of(concept.display_vi))
    weighed = rarity or Rarity([theirs])
    compared = [
        (
            (weighed.shared(frozenset(words_of(name)), theirs) + alike(name, concept.display_vi)) / 2,
            name,
        )
        for name in local.names
    ]
    if not compared:
        return None
    share, name = max(compared)
    return Evidence("name", name, concept.display_vi, share)


def _compared(local: LocalCode, concept: Concept) -> list[Evidence]:
    """Fields beside the name, where both sides say something."""
    pairs = [(one.field, one.properties) for one in local.kind.compared] + [(local.kind.unit, ("unit",))]
    found = []
    for field, names in pairs:
        known = [each for name in names for each in _said_by(concept, name)]
        said = [one[field] for one in local.samples if one.get(field)]
        if known and said:
            agrees = {_plain(one) for one in said} & {_plain(one) for one in known}
            found.append(Evidence(names[0], said[0], "; ".join(known), 1.0 if agrees else 0.0))
    return found


def _said_by(concept: Concept, name: str) -> list[str]:
    said = concept.code if name == "code" else concept.properties.get(name)
    return [str(one) for one in said] if isinstance(said, list) else [str(said)] if said else []


def _plain(text: str) -> str:
    return fold(text).replace(" ", "")


def _candidates(local: LocalCode, version: Version, day: date) -> list[Concept]:
    """Codes that share the beginning of a word with a name, or the code but for its signs, or a compared property."""
    words = sorted({word[:BEGINNING] for name in local.names for word in words_of(name) if len(word) > 1})
    keys = [(name, sample[one.field]) for one in local.kind.compared for name in one.properties for sample in local.samples if sample.get(one.field)]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT {COLUMNS} FROM terminology_concept c
            WHERE c.version_id = %(version)s
              AND (c.words @@ nullif(%(query)s, '')::tsquery
                   OR upper(regexp_replace(c.code, '[^0-9A-Za-z]+', '', 'g')) = %(bare)s
                   OR (%(family)s <> '' AND starts_with(c.code, %(family)s))
                   OR EXISTS (SELECT FROM unnest(%(names)s::text[], %(values)s::text[]) AS k (name, value)
                              WHERE c.properties ->> k.name = k.value OR (k.name = 'code' AND c.code = k.value)))
              AND (c.valid_from IS NULL OR c.valid_from <= %(day)s) AND (c.valid_to IS NULL OR c.valid_to > %(day)s)
            """,
            {
                "version": version.id, "query": " | ".join(f"'{word}':*" for word in words), "bare": bare(local.code),
                "family": family(local.code), "names": [name for name, _ in keys], "values": [value for _, value in keys],
                "day": day,
            },
        )  # fmt: skip
        return [concept_of(version, day, row) for row in cursor.fetchall()]
