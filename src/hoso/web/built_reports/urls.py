"""Addresses of built reports. They are changed, copied and shared where boards are."""

from django.urls import URLPattern
from django.views.decorators.http import require_POST

from hoso.web.built_reports import page
from hoso.web.routes import View, route


def _figures(pattern: str, view: View, name: str) -> URLPattern:
    return route(f"built-reports/{pattern}", view, name=name, permission="statistics.read", purpose="statistics")


urlpatterns = [
    _figures("", page.reports, "built_reports"),
    _figures("new/", require_POST(page.make), "built_report_new"),
    _figures("<slug:key>/", page.report, "built_report"),
    _figures("<slug:key>/report.<str:kind>", page.file, "built_report_file"),
]
