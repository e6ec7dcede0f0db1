"""The description of the API: OpenAPI for software, the same as a page for people; both hold no data."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.errors import ValidationError

from hoso.core.errors import HosoError
from hoso.web import error_pages
from hoso.web.api.cell_history import router as cell_history
from hoso.web.api.figures import router as figures
from hoso.web.api.intake import router as intake
from hoso.web.api.oversight import router as oversight
from hoso.web.api.reports import router as reports
from hoso.web.api.terminology import router as terminology

api = NinjaAPI(title="HoSo API", version="1", urls_namespace="api-v1", docs_url=None, openapi_url=None)
api.add_router("/intake", intake)
api.add_router("/oversight", oversight)
api.add_router("/terminology", terminology)
api.add_router("/statistics", figures)
api.add_router("/statistics", reports)
api.add_router("/statistics", cell_history)


@api.exception_handler(ValidationError)
def refuse_parameter(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The first parameter that is not what it should be, as a coded error."""
    name = str(error.errors[0]["loc"][-1])
    return error_pages.answer(request, HosoError("HS9004", name=name[:40], value=request.GET.get(name, "")[:40]))


def schema() -> dict[str, Any]:
    """OpenAPI 3.1, with the bearer token that every operation asks for."""
    described: dict[str, Any] = dict(api.get_openapi_schema(path_prefix="api/v1/"))
    scheme = {"type": "http", "scheme": "bearer", "description": "An API token of an account (hoso accounts token)"}
    described["components"] = {**described["components"], "securitySchemes": {"token": scheme}}
    described["security"] = [{"token": []}]
    return described


def openapi(request: HttpRequest) -> HttpResponse:
    return JsonResponse(schema(), json_dumps_params={"ensure_ascii": False})


def docs(request: HttpRequest) -> HttpResponse:
    """A plain page made from the schema: no outside host, no script."""
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in schema()["paths"].items()
        for method, operation in methods.items()
    ]
    shapes = schema()["components"]["schemas"]
    return render(request, "api/docs.html", {"operations": operations, "shapes": shapes})
