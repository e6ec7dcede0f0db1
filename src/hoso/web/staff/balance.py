"""The account as a picture: what became of every visit and every line received."""

from dataclasses import dataclass

from django.utils.safestring import SafeString

from hoso.engines.intake.models import Account
from hoso.web.components.stacked_bar import Part, stacked_bar
from hoso.web.templatetags.bilingual import spoken
from hoso.web.templatetags.figures import number
from hoso.web.templatetags.intake_words import VISIT_STATE

LINES = {
    "lines_filed": ("Lưu vào hồ sơ", "Filed"),
    "lines_withheld": ("Giữ lại theo quy định", "Withheld by rule"),
    "lines_not_mapped": ("Chưa có chỗ trong hồ sơ", "Not mapped yet"),
}


@dataclass(frozen=True)
class Balance:
    """Visits and lines as parts of what came in; `waiting` is what a package still holds unread."""

    visits: list[Part]
    visits_picture: SafeString
    lines: list[Part]
    lines_picture: SafeString
    waiting: int


def balance(account: Account, total: int | None = None) -> Balance:
    """`total`: how many visits the package states, where known; else the visits received so far."""
    done = account.filed + account.unchanged + account.corrected + account.quarantined + account.withdrawn
    waiting = max((total or account.received) - done, 0)
    amounts = {
        "filed": account.filed, "unchanged": account.unchanged, "corrected": account.corrected,
        "quarantined": account.quarantined, "withdrawn": account.withdrawn, "waiting": waiting,
    }  # fmt: skip
    visits = [Part(key, spoken(VISIT_STATE[key]), amount) for key, amount in amounts.items()]
    lines = [Part(key, spoken(words), getattr(account, key)) for key, words in LINES.items()]
    return Balance(visits, stacked_bar(visits, _says(visits)), lines, stacked_bar(lines, _says(lines)), waiting)


def _says(parts: list[Part]) -> str:
    return "; ".join(f"{part.text}: {number(part.amount)}" for part in parts)
