"""What every page shows: who is signed in, the language, the menu."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language


def page_context(request: HttpRequest) -> dict[str, Any]:
    """Template variables of the layout."""
    return {"language": get_language() or "vi", "actor": getattr(request, "actor", None)}
