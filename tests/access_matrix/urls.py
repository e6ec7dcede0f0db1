"""The house's addresses, and one declared as the house declares its own for each purpose and action of the policy.

The pages that exist serve one purpose each; these ask the same one way out (`ask`) for every other, so that the whole
policy passes through sign-in, route, decision, list and row security.
"""

from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.urls import include, path

from hoso.core.access.policy import Scope
from hoso.core.access.rules import role_reaches, shipped_rules
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest, route

ACTIONS = sorted({action for rule in shipped_rules() for action in rule.actions})
PURPOSES = sorted({purpose for role in role_reaches().values() for purpose in role.purposes})


def listed(request: ActingRequest) -> HttpResponse:
    """The ids of the resources in scope."""

    def query(scope: Scope) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT r.id FROM records_resource r WHERE {scope.persons('r', of_visits=True)}")
            return [row[0] for row in cursor.fetchall()]

    action = request.declaration.permission
    audited = "export" if action in ("record.export", "record.print") else "read"
    return JsonResponse({"ids": ask(request, query, action=audited, reason="matrix")})


urlpatterns = [
    path("", include("hoso.config.urls")),
    *(
        route(f"matrix/{purpose}/{action}/", listed, name="matrix", permission=action, purpose=purpose, touches_person=True)
        for purpose in PURPOSES for action in ACTIONS
    ),
]  # fmt: skip
