"""What a client must be to be registered: its addresses, scopes, keys and account. Raises HosoError HS2253."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NoReturn
from urllib.parse import urlsplit

from django.utils import timezone

from hoso.core.accounts.authorization.jose import BadStatement, usable_keys
from hoso.core.accounts.authorization.key_sets import LOOPBACK, is_acceptable_address
from hoso.core.accounts.authorization.models import Client
from hoso.core.accounts.authorization.queries import may_act_for
from hoso.core.accounts.authorization.scopes import LAUNCH, parse
from hoso.core.accounts.models import Account
from hoso.core.errors import HosoError
from hoso.core.places.models import Facility

LONGEST_DAYS = 730
_APP_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")  # a reversed domain name (RFC 8252 section 7.1)


@dataclass(frozen=True)
class NewClient:
    """What a client is made of. `account`: the software account under which it acts by itself."""

    name: str
    kind: str
    owner: Account
    scopes: list[str]
    redirect_uris: list[str] = field(default_factory=list)
    launch_url: str = ""
    account: Account | None = None
    facility: Facility | None = None
    jwks: dict[str, Any] | None = None
    jwks_uri: str = ""
    days: int = 365


def check(new: NewClient) -> None:
    """Every rule of a registration, the first broken one told."""
    if not new.name.strip():
        _refuse("thiếu tên", "the name is missing")
    if not 1 <= new.days <= LONGEST_DAYS:
        _refuse(f"thời hạn phải từ 1 đến {LONGEST_DAYS} ngày", f"it must end within {LONGEST_DAYS} days")
    for uri in new.redirect_uris:
        _check_address(uri)
    if not new.scopes:
        _refuse("thiếu phạm vi (scope)", "scopes are missing")
    for scope in new.scopes:
        if parse(scope) is None:
            _refuse(f"phạm vi không hợp lệ: {scope[:80]}", f"not a scope: {scope[:80]}")
    _check_launch(new)
    _check_keys(new)
    _check_account(new)


def ends_at(new: NewClient) -> Any:
    return timezone.now() + timedelta(days=new.days)


def _check_address(uri: str) -> None:
    parts = urlsplit(uri)
    web = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    app = _APP_SCHEME.fullmatch(parts.scheme) is not None
    well_formed = uri.isascii() and uri.isprintable() and " " not in uri and "*" not in uri and len(uri) <= 500
    if not well_formed or not (app or (web and parts.hostname)) or "#" in uri or parts.username is not None:
        _refuse(
            f"địa chỉ không hợp lệ: {uri[:80]} (cần https, đúng nguyên văn, không dấu * và #)",
            f"not an address for it: {uri[:80]} (https, in full, without * and #)",
        )


def _check_launch(new: NewClient) -> None:
    """An app that our pages open is a web page, returns to one, and may ask for what was on the page."""
    if not new.launch_url:
        return
    _check_address(new.launch_url)
    if urlsplit(new.launch_url).scheme not in ("http", "https"):
        _refuse("địa chỉ mở ứng dụng phải là trang web", "the launch address must be a web page")
    if LAUNCH not in new.scopes or not new.redirect_uris:
        _refuse(
            "ứng dụng được mở từ hồ sơ cần phạm vi launch và địa chỉ nhận kết quả",
            "an app that is opened from a record needs the scope launch and a redirect address",
        )


def _check_keys(new: NewClient) -> None:
    if new.kind != Client.Kind.ASYMMETRIC:
        if new.jwks is not None or new.jwks_uri:
            _refuse("chỉ loại asymmetric có khóa công khai", "only an asymmetric client has public keys")
        return
    if bool(new.jwks) == bool(new.jwks_uri):
        _refuse(
            "cần khóa công khai (JWKS) hoặc địa chỉ của nó, một trong hai",
            "public keys (a JWK Set) or its address, one of them",
        )
    if new.jwks_uri and not is_acceptable_address(new.jwks_uri):
        _refuse("địa chỉ khóa công khai phải là https", "the address of the keys must be https")
    if new.jwks is not None:
        check_key_set(new.jwks)


def check_key_set(key_set: dict[str, Any]) -> None:
    """See that at least one key of the set can be used, each has an id, none is private."""
    try:
        usable = usable_keys(key_set)
    except BadStatement as error:
        _refuse(f"khóa công khai: {error}", f"public keys: {error}")
    if not usable or not all(key.get("kid") for key in key_set["keys"]):
        _refuse(
            "cần khóa RSA từ 2048 bit hoặc EC P-384, có kid",
            "an RSA key of 2048 bits or more or an EC key P-384 is needed, with a kid",
        )


def _check_account(new: NewClient) -> None:
    if new.account is None:
        if not new.redirect_uris:
            _refuse(
                "cần địa chỉ nhận kết quả, hoặc tài khoản dịch vụ", "a redirect address or a software account is needed"
            )
        return
    if new.kind != Client.Kind.ASYMMETRIC:
        _refuse("chỉ loại asymmetric được tự hoạt động", "only an asymmetric client may act by itself")
    if new.account.kind != Account.Kind.SERVICE or not new.account.is_active:
        _refuse("tài khoản phải là tài khoản dịch vụ đang mở", "the account must be an open software account")
    if not may_act_for(Client(facility=new.facility), new.account):
        _refuse("tài khoản dịch vụ không giữ vai trò tại cơ sở", "the software account holds no role at the facility")


def _refuse(vi: str, en: str) -> NoReturn:
    raise HosoError("HS2253", reason=f"{vi} / {en}")
