"""Addresses of what a person decides and asks for: consent, one-time sharing, requests about their data.

Those that act (POST) show nothing of a person and leave the events of their act; those that show somebody leave one.
"""

from django.urls import URLPattern
from django.views.decorators.http import require_POST

from hoso.web.routes import PUBLIC, SIGNED_IN, View, route
from hoso.web.staff import consents, rights, shares, simulated_phone


def _share(pattern: str, view: View, name: str, *, act: bool = False, permission: str = "share.ask") -> URLPattern:
    return route(
        pattern, require_POST(view) if act else view, name=name, permission=permission, purpose="visit_sharing",
        touches_person=not act,
    )  # fmt: skip


def _consent(pattern: str, view: View, name: str, *, act: bool = False, shows: bool = True) -> URLPattern:
    return route(
        pattern, require_POST(view) if act else view, name=name, permission="consent.record", purpose="consent_keeping",
        touches_person=shows,
    )  # fmt: skip


def _right(pattern: str, view: View, name: str, *, act: bool = False, shows: bool = True) -> URLPattern:
    return route(
        pattern, require_POST(view) if act else view, name=name, permission="rights.handle",
        purpose="data_subject_rights", touches_person=shows,
    )  # fmt: skip


urlpatterns = [
    _share("share/", shares.shares, "shares"),
    _share("share/ask/", shares.ask_for, "ask_share", act=True),
    _share("share/sheet/", shares.sheet, "share_sheet", act=True, permission="share.offer"),
    _share("share/take/", shares.take_sheet, "take_sheet", act=True),
    _share("share/<uuid:share_id>/", shares.share, "share"),
    _share("share/<uuid:share_id>/code/", shares.enter_code, "enter_code", act=True),
    _share("share/<uuid:share_id>/revoke/", shares.revoke, "revoke_share", act=True),
    route("simulated/sms/", simulated_phone.phone, name="simulated_phone", permission=SIGNED_IN, purpose=PUBLIC),
    _consent("consents/", consents.find, "consents", shows=False),
    _consent("consents/person/", consents.person, "consents_of_person", act=True),
    _consent("consents/record/", consents.record, "record_consent", act=True, shows=False),
    _consent("consents/<uuid:consent_id>/", consents.proof_page, "consent_proof"),
    _consent("consents/<uuid:consent_id>/withdraw/", consents.withdraw, "withdraw_consent", act=True, shows=False),
    _right("rights/", rights.desk, "rights"),
    _right("rights/new/", rights.new, "new_rights_request", act=True),
    _right("rights/receive/", rights.receive, "receive_rights_request", act=True, shows=False),
    _right("rights/<int:request_id>/", rights.one, "rights_request"),
    _right("rights/<int:request_id>/step/", rights.step, "rights_step", act=True, shows=False),
    _right("rights/<int:request_id>/letter/<str:kind>/", rights.letter, "rights_letter"),
]
