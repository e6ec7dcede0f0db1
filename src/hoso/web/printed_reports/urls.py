"""Addresses of reports as files."""

from django.urls import URLPattern

from hoso.web.printed_reports import page
from hoso.web.routes import route

urlpatterns: list[URLPattern] = [
    route(
        "statistics/reports/<str:data_set>/<str:unit>/<str:period>/report.<str:kind>", page.file,
        name="statistics_report_file", permission="statistics.read", purpose="statistics",
    ),
]  # fmt: skip
