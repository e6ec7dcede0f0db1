"""The menu: each place with the permission and purpose that open it; nobody is shown a door that is shut."""

from dataclasses import dataclass

from django.urls import reverse

from hoso.core.access.actor import Actor

PUBLIC = "public"


@dataclass(frozen=True)
class Place:
    route: str
    vi: str
    en: str
    permission: str
    purpose: str
    also: tuple[str, ...] = ()  # routes of other addresses that belong to it


@dataclass(frozen=True)
class MenuEntry:
    url: str
    vi: str
    en: str
    here: bool


PLACES = (
    Place("people", "Tìm người", "Find a person", "person.search", "treatment"),
    Place("break_glass", "Mở khẩn cấp", "Break-glass", "record.break_glass", "treatment"),
    Place("access_reviews", "Xem lại mở khẩn cấp", "Break-glass reviews", "grant.review", "oversight"),
    Place("temporary_access", "Mở tạm thời", "Temporary access", "grant.open", "access_approval"),
    Place("study_records", "Hồ sơ được mở", "Opened records", "record.read", "training"),
    Place("official_records", "Hồ sơ được mở", "Opened records", "record.read", "legal_request"),
    Place("shares", "Chia sẻ", "Sharing", "share.ask", "visit_sharing"),
    Place("consents", "Đồng ý", "Consent", "consent.record", "consent_keeping"),
    Place("rights", "Yêu cầu của người dân", "Requests of persons", "rights.handle", "data_subject_rights"),
    Place("intake", "Tiếp nhận", "Intake", "package.read", "record_keeping"),
    Place("quarantine", "Tạm giữ", "Quarantine", "package.read", "record_keeping"),
    Place("local_codes", "Ánh xạ mã", "Code mapping", "package.read", "record_keeping"),
    Place("conflicts", "Xung đột", "Conflicts", "conflict.decide", "record_keeping"),
    Place("pairs", "Hồ sơ trùng", "Duplicates", "conflict.decide", "record_keeping"),
    Place("household_lists", "Danh sách hộ", "Households", "household.import", "record_keeping"),
    Place("intake_people", "Tra người", "Look up a person", "person.search", "record_keeping"),
    Place("statistics", "Báo cáo thống kê", "Statistics", "statistics.read", "statistics"),
    Place("explore", "Khám phá số liệu", "Explorer", "statistics.read", "statistics"),
    Place(
        "dashboards",
        "Bảng theo dõi",
        "Dashboards",
        "statistics.read",
        "statistics",
        ("built_reports", "mailed_figures"),
    ),
    Place("places", "Địa bàn", "Places", "place.read", PUBLIC),
    Place("terminology", "Danh mục", "Codes", "terminology.read", PUBLIC),
    Place("oversight_cases", "Vụ việc giám sát", "Oversight cases", "case.handle", "oversight"),
    Place("audit", "Nhật ký", "Access log", "audit.read", "oversight"),
    Place("accounts", "Tài khoản", "Accounts", "account.manage", "administration"),
    Place("clients", "Phần mềm", "Software", "account.manage", "administration"),
    Place("subscriptions", "Đăng ký nhận tin", "Subscriptions", "account.manage", "administration"),
    Place("connections", "Kết nối", "Connections", "account.manage", "administration"),
    Place("gateway_secrets", "Cổng bệnh viện", "Hospital gateway", "account.manage", "administration"),
)


def may(actor: Actor, permission: str, purpose: str) -> bool:
    """Whether a role of the actor opens a route with this permission and purpose."""
    if purpose == PUBLIC:
        return any(permission in role.permissions for role in actor.roles)
    return actor.role_for(permission, purpose) is not None


def menu(actor: Actor, path: str) -> list[MenuEntry]:
    """The entries an actor may open, the one that holds `path` marked; the longest address wins."""
    open_places = [(reverse(place.route), place) for place in PLACES if may(actor, place.permission, place.purpose)]
    held = [(under, url) for url, place in open_places for under in (url, *map(reverse, place.also))]
    here = max(
        ((under, url) for under, url in held if path.startswith(under)), key=lambda one: len(one[0]), default=("", "")
    )
    return [MenuEntry(url, place.vi, place.en, url == here[1]) for url, place in open_places]
