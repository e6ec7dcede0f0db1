"""Addresses of the own API."""

from django.urls import include, path

from hoso.web.api.governed import governed_patterns
from hoso.web.api.schema import api, docs, openapi
from hoso.web.routes import PUBLIC, route

urlpatterns = [
    route("docs", docs, name="api_docs", permission=PUBLIC, purpose=PUBLIC),
    route("openapi.json", openapi, name="openapi", permission=PUBLIC, purpose=PUBLIC),
    path("", include(governed_patterns(api))),
]
