"""Linking an account to somebody's identity at an outside provider, and ending that."""

from django.http import HttpResponse

from hoso.core.accounts.outside import links
from hoso.web.routes import ActingRequest
from hoso.web.staff.accounts import act_on_account


def link(request: ActingRequest, account_id: int) -> HttpResponse:
    provider, subject = request.POST.get("provider", ""), request.POST.get("subject", "")[:255]
    return act_on_account(
        request,
        account_id,
        lambda: links.link(request.actor, account_id, provider, subject),
        ("Đã liên kết danh tính.", "The identity was linked."),
    )


def end_link(request: ActingRequest, account_id: int, link_id: int) -> HttpResponse:
    return act_on_account(
        request,
        account_id,
        lambda: links.unlink(request.actor, account_id, link_id),
        ("Đã bỏ liên kết.", "The link was ended."),
    )
