"""Compositions as papers, the Claim as costs by payer."""

from decimal import Decimal

from hoso.engines.records.models import CostLine, Costs, Paper
from hoso.engines.records.pages.displays import Displays
from hoso.engines.records.pages.elements import Element, code_of, extension, moment, number, sections
from hoso.engines.records.reading import StoredResource


def paper_of(row: StoredResource) -> Paper:
    """A Composition: its title and its sections of text."""
    content = row.content()
    parts = tuple(
        (part.get("title", ""), sections(part.get("text", {}).get("div", ""))) for part in content.get("section", ())
    )
    return Paper(row.id, code_of(content.get("type")), content.get("title", ""), moment(content.get("date")), parts)


def costs_of(row: StoredResource, displays: Displays) -> Costs:
    """A Claim: who pays what, whole and line by line."""
    content = row.content()
    return Costs(
        number(content.get("total", {}).get("value")) or Decimal(0), *_shares(content),
        lines=tuple(_line(item, displays) for item in content.get("item", ())),
    )  # fmt: skip


def _line(item: Element, displays: Displays) -> CostLine:
    group = code_of(item.get("category"))
    product = item.get("productOrService", {})
    return CostLine(
        product.get("text", "") or code_of(product),
        displays.own("ma-nhom", group) or group,
        number(item.get("quantity", {}).get("value")),
        number(item.get("unitPrice", {}).get("value")),
        number(item.get("net", {}).get("value")) or Decimal(0),
        *_shares(item),
    )


def _shares(element: Element) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """insurer, copay, self-paid, other."""
    insurer, copay, self_paid, other = (
        number(extension(element, f"share-{name}")) or Decimal(0) for name in ("insurer", "copay", "self-paid", "other")
    )
    return insurer, copay, self_paid, other
