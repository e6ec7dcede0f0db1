"""Every address of the house, room by room. What software asks comes first: fewer patterns are tried for each answer."""

from django.urls import include, path

from hoso.web.fhir.urls import base_of_fhir

urlpatterns = [
    path("", include("hoso.web.security_contact")),
    path("", include("hoso.web.oversight_summary")),
    path("", include("hoso.web.oauth.urls")),
    base_of_fhir("fhir/r4"),
    path("fhir/r4/", include("hoso.web.fhir.urls")),
    path("api/v1/", include("hoso.web.api.urls")),
    path("bhxh/", include("hoso.web.bhxh.urls")),
    path("dhis2/", include("hoso.web.dhis2.urls")),
    path("", include("hoso.web.staff.urls")),
]

handler404 = "hoso.web.error_pages.not_found"
handler500 = "hoso.web.error_pages.server_error"
