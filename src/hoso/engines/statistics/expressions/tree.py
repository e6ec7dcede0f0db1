"""What a formula is made of."""

from dataclasses import dataclass

Value = float | str | bool | None


@dataclass(frozen=True, slots=True)
class Literal:
    value: Value


@dataclass(frozen=True, slots=True)
class Item:
    """A figure to be looked up: `#{element.split}`, `I{indicator}`, `R{set.rate}`, `OUG{group}`, `C{constant}`, `[days]`."""

    kind: str
    id: str
    modifiers: tuple[tuple[str, tuple[str, ...]], ...] = ()  # .periodOffset(-1), .yearToDate(), .aggregationType(SUM)


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Unary:
    operator: str
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: "Node"
    right: "Node"


Node = Literal | Item | Call | Unary | Binary


def items_of(node: Node) -> list[Item]:
    """Every figure that a formula asks for, in order."""
    match node:
        case Item():
            return [node]
        case Call():
            return [item for one in node.arguments for item in items_of(one)]
        case Unary():
            return items_of(node.operand)
        case Binary():
            return [*items_of(node.left), *items_of(node.right)]
    return []
