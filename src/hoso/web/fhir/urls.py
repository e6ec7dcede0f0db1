"""Addresses of FHIR R4, each with its permission and purpose."""

from django.urls import URLPattern

from hoso.web.fhir import views
from hoso.web.routes import PUBLIC, View, route


def _record(pattern: str, view: View, name: str) -> URLPattern:
    return route(pattern, view, name=name, permission="record.read", purpose="treatment", touches_person=True)


urlpatterns = [
    route("metadata", views.metadata, name="fhir_metadata", permission=PUBLIC, purpose=PUBLIC),
    _record("<str:type_name>", views.search, "fhir_search"),
    _record("<str:type_name>/<str:id_>", views.read, "fhir_read"),
    _record("<str:type_name>/<str:id_>/_history", views.history, "fhir_history"),
    _record("<str:type_name>/<str:id_>/_history/<int:version>", views.vread, "fhir_vread"),
]
