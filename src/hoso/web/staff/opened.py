"""What students and outside officers see: the records opened to them, and of those the same pages as who treats, to read."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from hoso.core.access import temporary_access
from hoso.core.access.policy import Scope
from hoso.core.access.temporary_access import Opened
from hoso.engines.people import queries as people
from hoso.engines.people.models import Person
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest


@dataclass(frozen=True)
class OpenedRecord:
    """A record opened to the asker; the person only while it is."""

    opened: Opened
    person: Person | None


def opened_records(request: ActingRequest) -> HttpResponse:
    """What is open to the asker and until when; what is over without a name."""

    def query(scope: Scope) -> list[OpenedRecord]:
        return [
            OpenedRecord(one, people.person(scope, one.person_id) if one.living else None)
            for one in temporary_access.opened(scope)
        ]

    return render(request, "access/opened.html", {"records": ask(request, query, about="records opened to me")})
