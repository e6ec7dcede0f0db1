"""The commune that somebody asks for by the name it has or had: today's one, or those from which they have to choose."""

from dataclasses import dataclass

from django.utils import timezone

from hoso.core.places.models import Place
from hoso.core.places.queries import addresses_of, find, now, place_at
from hoso.core.vietnamese.folding import fold
from hoso.web.staff.places import BEFORE_THE_MERGER

MOST = 12  # communes to choose from


@dataclass(frozen=True)
class AskedCommune:
    """`chosen` where one commune of today is meant; else `choices`, perhaps none. `former`: the old unit that was named."""

    text: str
    chosen: Place | None = None
    choices: tuple[Place, ...] = ()
    former: Place | None = None

    def addresses(self) -> dict[int, bool] | None:
        """Units that an address there may name, as `addresses_of`; None where nothing was asked for."""
        return addresses_of(self.chosen) if self.chosen else None


def asked_commune(text: str) -> AskedCommune:
    """By code of today, or by words of a name of today, else of before 2025-07-01: of one that was split all its heirs."""
    text = text.replace("\0", " ").strip()
    if not text:
        return AskedCommune("")
    today = timezone.localdate()
    if text.isdigit():
        return _among(text, [place] if (place := place_at(Place.Level.COMMUNE, text, today)) else [])
    if current := find(text, today, Place.Level.COMMUNE, MOST):
        called_so = [
            one for one in current if one.folded_name == fold(text)
        ]  # the others have its words in another order
        return _among(text, called_so if len(called_so) == 1 else current)
    former = find(text, BEFORE_THE_MERGER, Place.Level.COMMUNE, MOST)
    heirs = {heir.pk: heir for one in former for heir in now(one)}
    return _among(text, list(heirs.values()), former[0] if len(former) == 1 else None)


def _among(text: str, found: list[Place], former: Place | None = None) -> AskedCommune:
    if len(found) == 1:
        return AskedCommune(found[0].address, found[0], (), former)
    return AskedCommune(text, None, tuple(found[:MOST]), former)
