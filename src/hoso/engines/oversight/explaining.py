"""Explanation first: why each access may have happened. Which reasons count is data (definitions/oversight/explanations.yaml)."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from hoso.core.definitions import definitions_folder, read_definition
from hoso.engines.oversight.memory import Memory
from hoso.engines.oversight.scoring import scoring


@dataclass(frozen=True)
class Explanation:
    """A reason with its question; `strength` strong or weak; valid for accesses from one day up to another."""

    key: str
    title_vi: str
    title_en: str
    strength: str
    parameters: dict[str, Any]
    query: str
    valid_from: str
    valid_to: str | None


@dataclass(frozen=True)
class Share:
    """How many accesses of a facility's role are explained; `facility` None: of no facility."""

    facility: int | None
    role: str
    accesses: int
    explained: int
    weakly: int


@cache
def explanations() -> tuple[Explanation, ...]:
    """Raises DefinitionError where the file breaks its schema."""
    folder = definitions_folder() / "oversight"
    told = read_definition(folder / "explanations.yaml", folder / "schema" / "explanations.json")
    return tuple(
        Explanation(
            one["key"], one["title_vi"], one["title_en"], one["strength"], one["parameters"], one["query"],
            one.get("valid_from", told["valid_from"]), one.get("valid_to", told["valid_to"]),
        )
        for one in told["explanations"]
    )  # fmt: skip


def explain(memory: Memory, reasons: tuple[Explanation, ...] | None = None) -> None:
    """Fill `explained` with every reason of every access, and `unexplained` with the accesses that no strong one explains;
    its `doubt` is 1, or less where a weak one holds."""
    for reason in explanations() if reasons is None else reasons:
        memory.ask(
            f"""
            INSERT INTO explained SELECT DISTINCT id, $key, $strength FROM ({reason.query}) JOIN access USING (id)
            WHERE moment::DATE >= $valid_from::DATE AND ($valid_to IS NULL OR moment::DATE < $valid_to::DATE)
            """,
            {
                **reason.parameters,
                "key": reason.key,
                "strength": reason.strength,
                "valid_from": reason.valid_from,
                "valid_to": reason.valid_to,
            },
        )
    memory.ask(
        """
        CREATE OR REPLACE TABLE unexplained AS
        SELECT a.*, CASE WHEN weak.id IS NULL THEN 1.0 ELSE $factor END AS doubt
        FROM access a LEFT JOIN (SELECT DISTINCT id FROM explained WHERE strength = 'weak') weak ON weak.id = a.id
        WHERE a.id NOT IN (SELECT id FROM explained WHERE strength = 'strong')
        """,
        {"factor": scoring().weak_factor},
    )


def shares(memory: Memory) -> list[Share]:
    """The share explained by facility and role, the least explained first."""
    rows = memory.ask(
        """
        SELECT a.staff_facility, a.role, count(*), count(*) - count(u.id), count(u.id) FILTER (WHERE u.doubt < 1)
        FROM access a LEFT JOIN unexplained u ON u.id = a.id
        GROUP BY ALL ORDER BY count(u.id) / count(*) DESC, a.staff_facility, a.role
        """
    )
    return [Share(*row) for row in rows]
