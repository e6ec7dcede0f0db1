"""What every page shows: who is signed in, the language, the menu, whether it is for training."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from hoso.core.access.actor import Actor
from hoso.web.menu import menu


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Template variables of the layout. The menu is empty on pages open to everybody."""
    actor: Actor | None = getattr(request, "actor", None)
    entries = menu(actor, request.path) if actor else []
    return {"language": get_language() or "vi", "actor": actor, "menu": entries, "training": settings.HOSO_IS_TRAINING}
