"""Addresses of what one gets by mail."""

from django.views.decorators.http import require_POST

from hoso.web.mailed_figures import page
from hoso.web.routes import route

urlpatterns = [
    route("figures-by-mail/", page.own, name="mailed_figures", permission="statistics.read", purpose="statistics"),
    route(
        "figures-by-mail/change/", require_POST(page.change), name="mailed_figures_change", permission="statistics.read",
        purpose="statistics",
    ),
]  # fmt: skip
