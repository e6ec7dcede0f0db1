"""Addresses of temporary access: the approver's desk, and the record for study or by the letter of an authority."""

from collections.abc import Iterator

from django.urls import URLPattern
from django.views.decorators.http import require_POST

from hoso.core.access.temporary_access import PURPOSE
from hoso.web.routes import View, route
from hoso.web.staff import opened, people, temporary_access, trends, visits


def _approval(pattern: str, view: View, name: str) -> URLPattern:
    return route(pattern, view, name=name, permission="grant.open", purpose=PURPOSE)


def _records(folder: str, purpose: str, prefix: str) -> Iterator[URLPattern]:
    pages: tuple[tuple[str, View, str], ...] = (
        ("", opened.opened_records, "records"),
        ("people/<int:person_id>/", people.person, "person"),
        ("people/<int:person_id>/details/", people.details, "person_details"),
        ("people/<int:person_id>/timeline/", people.older_visits, "older_visits"),
        ("people/<int:person_id>/trend/", trends.trend, "trend"),
        ("people/<int:person_id>/visits/<str:encounter>/", visits.visit, "visit"),
    )
    for pattern, view, name in pages:
        yield route(
            f"{folder}/{pattern}", view, name=f"{prefix}{name}", permission="record.read", purpose=purpose,
            touches_person=True,
        )  # fmt: skip


urlpatterns = [
    _approval("access/temporary/", temporary_access.desk, "temporary_access"),
    _approval("access/temporary/open/", require_POST(temporary_access.open_access), "open_temporary_access"),
    _approval(
        "access/temporary/<int:grant_id>/end/", require_POST(temporary_access.end_access), "end_temporary_access"
    ),
    *_records("study", "training", "study_"),
    *_records("official", "legal_request", "official_"),
]
