"""XML1, XML2 and XML3 to one Claim with its lines and who pays which share."""

from collections.abc import Callable

from hoso.engines.intake.mapping.elements import (
    EXTENSION,
    IDENTIFIER,
    Element,
    decimal,
    facility,
    first,
    local,
    money,
    time,
    without_empty,
)
from hoso.engines.intake.mapping.services import service_code
from hoso.engines.intake.mapping.visit import COSTED_TABLES, LINE_TOTAL, MappingVisit
from hoso.engines.intake.sent import Values

SHARES = {"insurer": ("T_BHTT",), "copay": ("T_BNCCT",), "self-paid": ("T_BNTT",), "other": ("T_NGUONKHAC",)}
CLAIM_TYPE = "http://terminology.hl7.org/CodeSystem/claim-type"
PRIORITY = "http://terminology.hl7.org/CodeSystem/processpriority"


def map_claim(visit: MappingVisit) -> None:
    """File the claim; a line that is withheld from the record is no line of it."""
    values = visit.summary
    # Numbered over the lines that are there: a gap would tell of one that is withheld.
    items = [
        _item(table, place, one)
        for table in COSTED_TABLES
        for place, (_, _, one) in enumerate(visit.lines(table), start=1)
    ]
    content: Element = {
        "status": "active",
        "type": {"coding": [{"system": CLAIM_TYPE, "code": "institutional"}]},
        "use": "claim",
        "patient": visit.subject(),
        "created": time(first(values, "NGAY_TTOAN", "NGAY_RA")) or visit.id_date.isoformat(),
        "provider": facility(visit.facility_code),
        "priority": {"coding": [{"system": PRIORITY, "code": "normal"}]},
        "insurance": [
            {"sequence": 1, "focal": True, "coverage": {"identifier": {"system": IDENTIFIER + "bhyt", "value": card}}}
        ]
        if (card := first(values, "MA_THE_BHYT", "MA_THE").split(";")[0])
        else [{"sequence": 1, "focal": True, "coverage": {"display": "-"}}],
        "item": [{"sequence": place, **item} for place, item in enumerate(items, start=1)],
        "total": money(visit.less_withheld(first(values, "T_TONGCHI_BV", "T_TONGCHI"), *LINE_TOTAL)),
        "extension": _shares(values, visit.less_withheld),
    }
    visit.add("Claim", 1, 1, "claim", content, first(values, "NGAY_TTOAN", "NGAY_RA", "NGAY_VAO"))


def _item(table: int, line: int, values: Values) -> Element:
    if table == 2:
        product = local("ma-thuoc", values.get("MA_THUOC", ""), values.get("TEN_THUOC", ""))
    else:
        product = local("ma-dich-vu", service_code(values), first(values, "TEN_DICH_VU", "TEN_VAT_TU"))
    return without_empty(
        {
            "productOrService": product or {"text": "-"},
            "category": local("ma-nhom", values.get("MA_NHOM", "")),
            "servicedDate": (time(values.get("NGAY_YL", "")) or "")[:10],
            "quantity": {"value": count} if (count := decimal(values.get("SO_LUONG", ""))) else None,
            "unitPrice": money(first(values, "DON_GIA_BV", "DON_GIA")),
            "net": money(first(values, *LINE_TOTAL)),
            "extension": [*_shares(values), {"url": EXTENSION + "source-line", "valueString": f"XML{table}:{line}"}],
        }
    )


def _shares(values: Values, correct: Callable[..., str] = lambda stated, *_: stated) -> list[Element]:
    shares = []
    for name, fields in SHARES.items():
        amount = decimal(correct(first(values, *fields), *fields))
        if amount is not None:
            shares.append({"url": f"{EXTENSION}share-{name}", "valueDecimal": amount})
    return shares
