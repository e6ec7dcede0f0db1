"""A compiled yearbook as PDF: cover, notes on sources, completeness, chapters of tables and charts."""

from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils import timezone

from hoso.core.errors import Language
from hoso.core.periods.periods import parse_period
from hoso.engines.documents.layouts import layouts
from hoso.engines.documents.typst_pdf import typst_pdf
from hoso.engines.statistics.analytics.data_items import DataItem, Reckoned
from hoso.engines.statistics.yearbook.asking import Compiled, Completeness, Figure, Filled
from hoso.web.explorer.names import item_names
from hoso.web.printed_reports.drawing import is_synthetic
from hoso.web.staff.period_titles import period_title
from hoso.web.templatetags.figures import written

ESTIMATED = "*"
WORDS = {
    "rows": {"commune": ("Xã, phường, đặc khu", "Commune"), "month": ("Tháng", "Month")},
    "whole": {"commune": ("Toàn tỉnh", "The province"), "month": ("Cả năm", "The year")},
}
PLACES = Decimal("0.01")


def draw_yearbook(compiled: Compiled, language: Language, now: datetime) -> bytes:
    """The PDF; the same bytes for the same figures, language and moment."""
    return typst_pdf(layouts()["yearbook"].path, _Telling(compiled, language, now).all())


class _Telling:
    def __init__(self, compiled: Compiled, language: Language, now: datetime) -> None:
        self.compiled, self.language, self.now = compiled, language, timezone.localtime(now)
        self.names = item_names(
            {item.label: item for chapter in compiled.tables for filled in chapter for item in filled.items}.values()
        )
        self.places = {one.uid: one.name for one in (*compiled.communes, compiled.province)}

    def say(self, words: Sequence[str]) -> str:
        return words[1 if self.language == "en" else 0]

    def all(self) -> dict[str, Any]:
        compiled = self.compiled
        moment = f"{self.now:%d/%m/%Y %H:%M}"
        return {
            "language": self.language, "title": self.say(compiled.book.title), "synthetic": is_synthetic(),
            "facility": {"name": compiled.province.name, "code": ""}, "year": str(compiled.year),
            "signature": f"{self.say(compiled.book.title)} {compiled.year} – {compiled.province.name}",
            "note": self.say(("bản dựng lại, chưa đối chiếu", "reconstructed, not compared")) if compiled.book.notice else "",
            "inside": self.say(("Lưu hành nội bộ", "For use inside the health service")),
            "made": self.say((f"Số liệu đến {moment}", f"Figures as of {moment}")),
            "contents": self.say(("Mục lục", "Contents")),
            "notes_title": self.say(("Nguồn và cách đọc", "Sources and how to read")), "notes": self._notes(),
            "completeness": self._completeness(),
            "chapters": [
                {"title": self.say(chapter.title), "tables": [self._table(one) for one in filled if one.items],
                 "none": [self.say(one.table.title) for one in filled if not one.items],
                 "none_title": self.say(("Không có số liệu", "No figures"))}
                for chapter, filled in zip(compiled.book.chapters, compiled.tables, strict=True)
            ],
        }  # fmt: skip

    def _notes(self) -> list[str]:
        by_regime: dict[str, list[str]] = {}
        for one in self.compiled.completeness:
            regime = one.form.regime
            by_regime.setdefault(self.say((regime.title_vi, regime.title_en)), []).append(one.form.code)
        listed = "; ".join(f"{regime}: {', '.join(codes)}" for regime, codes in sorted(by_regime.items()))
        notes = [
            ("Số liệu do các đơn vị báo cáo theo biểu", "Figures are what units reported on the forms") if listed else None,
            ("Theo đơn vị hành chính hiện nay: đơn vị đã nhập vào đơn vị khác thì cộng vào đó.",
             "By the administrative units of today: what was merged counts where it went."),
            (f"{ESTIMATED} ước tính: có phần của đơn vị bị chia tách, chia theo tỷ lệ của quyết định, không ghi thì chia đều.",
             f"{ESTIMATED} estimated: shares of units that were split are in it, as the decision has them, else equal."),
            ("– chưa có báo cáo, khác với số 0.", "– nothing was reported, which is not zero."),
            ("Tổng của tỉnh được tính từ số của tỉnh, không cộng từ các dòng; tỷ lệ là thương của các tổng.",
             "The province's total is reckoned by itself and not added up from the lines; a rate is the quotient of the sums."),
            ("Số đúng như báo cáo, chưa qua kiểm soát tiết lộ: không công bố các số nhỏ.",
             "Figures are exact; no disclosure control was applied: small ones are not to be published."),
        ]  # fmt: skip
        told = [self.say(one) for one in notes if one]
        return [f"{told[0]} – {listed}.", *told[1:]] if listed else told

    def _completeness(self) -> dict[str, Any]:
        head = [
            ("Biểu", "Form"), ("Phải nộp", "Expected"), ("Đã nộp", "Come"), ("Đúng hạn", "In time"), ("Tỷ lệ nộp (%)", "Rate (%)"),
        ]  # fmt: skip
        return {
            "title": self.say(("Mức độ đầy đủ của báo cáo", "Completeness of the reports")),
            "head": [self.say(one) for one in head],
            "rows": [self._counted(one) for one in self.compiled.completeness],
        }

    def _counted(self, one: Completeness) -> list[str]:
        counts = (one.counts.get(name) for name in ("EXPECTED_REPORTS", "ACTUAL_REPORTS", "ACTUAL_REPORTS_ON_TIME", "REPORTING_RATE"))  # fmt: skip
        return [
            self.say((one.form.title_vi, one.form.title_en)),
            *("–" if n is None else self._written(n) for n in counts),
        ]

    def _table(self, filled: Filled) -> dict[str, Any]:
        by = filled.table.by
        *rows, whole = filled.rows
        told = [
            [self._row_title(by, label), *(self._figure(filled, item, label) for item in filled.items)]
            for label in rows
        ]
        last = [self.say(WORDS["whole"][by]), *(self._figure(filled, item, whole) for item in filled.items)]
        return {
            "title": self.say(filled.table.title), "head": [self.say(WORDS["rows"][by]), *map(self._heading, filled.items)],
            "rows": told, "whole": last,
            "charts": [self._chart(filled, item) for item in filled.items] if filled.table.show == "chart" else [],
        }  # fmt: skip

    def _chart(self, filled: Filled, item: DataItem) -> dict[str, Any]:
        """Bars of the months: how high each is of the highest, in per cent, and what stands on it."""
        given = [filled.figures.get((item.label, label)) for label in filled.rows[:-1]]
        most = max((one.value for one in given if one), default=Decimal(0))
        return {
            "title": self._heading(item),
            "bars": [
                {"label": str(month), "height": float(100 * one.value / most) if one and most > 0 else 0.0,
                 "words": self._shown(one)}
                for month, one in enumerate(given, 1)
            ],
        }  # fmt: skip

    def _heading(self, item: DataItem) -> str:
        name = self.say(self.names[item.label])
        return (
            f"{name} (%)" if isinstance(item, Reckoned) and item.indicator.factor == 100 and "%" not in name else name
        )

    def _row_title(self, by: str, label: str) -> str:
        return self.places[label] if by == "commune" else self.say(period_title(parse_period(label)))

    def _figure(self, filled: Filled, item: DataItem, label: str) -> str:
        return self._shown(filled.figures.get((item.label, label)))

    def _shown(self, one: Figure | None) -> str:
        return "–" if one is None else self._written(one.value) + (ESTIMATED if one.estimated else "")

    def _written(self, value: Decimal) -> str:
        return written(value.quantize(PLACES, ROUND_HALF_UP), self.language)
