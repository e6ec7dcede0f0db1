"""Every address of the house, room by room."""

from django.urls import include, path

from hoso.web.fhir.urls import base_of_fhir

urlpatterns = [
    path("", include("hoso.web.security_contact")),
    path("", include("hoso.web.staff.urls")),
    path("", include("hoso.web.oauth.urls")),
    path("api/v1/", include("hoso.web.api.urls")),
    base_of_fhir("fhir/r4"),
    path("fhir/r4/", include("hoso.web.fhir.urls")),
    path("bhxh/", include("hoso.web.bhxh.urls")),
    path("dhis2/", include("hoso.web.dhis2.urls")),
]

handler404 = "hoso.web.error_pages.not_found"
handler500 = "hoso.web.error_pages.server_error"
