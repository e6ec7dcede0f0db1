"""The sign-ins of a demonstration: one account for each role, kept in the data folder for whoever set it up."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from hoso.cli.accounts import totp_address
from hoso.gateways.vneid import people

HOSPITAL = "80901"
STATISTICIAN = "thongkebo"  # of the whole country: the figures of the demonstration come in under this name
STATION = "80936"  # of the stations the one in whose commune most of the province's people live


@dataclass(frozen=True)
class DemoAccount:
    """An account to make; `facility` is a code, `place_of` the code of the facility whose commune it covers, `province_of`
    of the one whose province; `vneid` whom the simulated VNeID knows it as."""

    username: str
    full_name: str
    kind: str
    role: str
    facility: str = ""
    place_of: str = ""
    province_of: str = ""
    vneid: people.SimulatedPerson | None = None


ACCOUNTS = (
    DemoAccount("bacsi", "BS. Nguyễn Minh Anh (mẫu)", "clinical", "doctor", facility=HOSPITAL, vneid=people.DOCTOR),
    DemoAccount("tram", "YS. Trần Thu Hà (mẫu)", "clinical", "station_nurse", place_of=STATION),
    DemoAccount("thongke", "CN. Mai Thị Cúc (mẫu)", "technical", "statistics_officer", place_of=STATION),
    DemoAccount("thongkebv", "CN. Đào Thị Yến (mẫu)", "technical", "statistics_officer", facility=HOSPITAL),
    DemoAccount("doichieu", "ThS. Hồ Văn Phúc (mẫu)", "technical", "figures_checker", facility=HOSPITAL),
    DemoAccount(STATISTICIAN, "ThS. Đinh Quang Hải (mẫu)", "technical", "statistics_officer"),
    DemoAccount("bieumau", "ThS. Vũ Thị Thanh (mẫu)", "technical", "statistics_designer"),
    DemoAccount("duyetbc", "ThS. Phan Văn Lộc (mẫu)", "technical", "statistics_approver"),
    DemoAccount("duyettinh", "CN. Trịnh Thị Nga (mẫu)", "technical", "statistics_approver", province_of=STATION),
    DemoAccount("tiepdon", "Ngô Thị Thu (mẫu)", "clinical", "receptionist", facility=HOSPITAL),
    DemoAccount("dulieu", "ThS. Bùi Thị Hạnh (mẫu)", "technical", "privacy_officer"),
    DemoAccount("hoso", "CN. Lê Quốc Bảo (mẫu)", "technical", "facility_records_officer", facility=HOSPITAL),
    DemoAccount("tiepnhan", "CN. Phạm Thị Lan (mẫu)", "technical", "intake_officer"),
    DemoAccount("quantri", "KS. Võ Văn Hùng (mẫu)", "administrator", "administrator", vneid=people.ADMINISTRATOR),
    DemoAccount("giamsat", "Đặng Thị Mai (mẫu)", "technical", "overseer"),
    DemoAccount("giamsat2", "Lý Văn Tài (mẫu)", "technical", "overseer"),
    DemoAccount("duyet", "BS. Hoàng Văn Nam (mẫu)", "technical", "access_approver", facility=HOSPITAL),
    DemoAccount("hocvien", "SV. Đỗ Thị Xuân (mẫu)", "clinical", "student", facility=HOSPITAL),
)


@dataclass(frozen=True)
class SignIn:
    """What one account of the demonstration signs in with; `totp_secret` is empty without a second factor."""

    username: str
    password: str
    role: str
    title_vi: str
    title_en: str
    totp_secret: str = ""

    @property
    def code_now(self) -> str:
        """The six digits an authenticator app would show now."""
        import time

        from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

        return format_hotp_value(hotp_value(self.totp_secret, int(time.time()) // 30)) if self.totp_secret else ""

    @property
    def address(self) -> str:
        """What an authenticator app reads."""
        return totp_address(self.username, self.totp_secret) if self.totp_secret else ""


def make_demo_accounts(file: Path) -> list[SignIn]:
    """Make the accounts that are missing and keep their sign-ins in `file`, which only its owner may read."""
    from django.db import transaction

    known = {sign_in.username: sign_in for sign_in in read_sign_ins(file)}
    for account in ACCOUNTS:
        if account.username not in known:
            with transaction.atomic():
                known[account.username] = _make(account)
                # Kept before the account is committed: a password nobody knows is worse than one that does not work.
                _write(file, list(known.values()))
    return list(known.values())


def read_sign_ins(file: Path) -> list[SignIn]:
    if not file.exists():
        return []
    return [SignIn(**entry) for entry in json.loads(file.read_text(encoding="utf-8"))]


def _make(account: DemoAccount) -> SignIn:
    from django.db import connection

    from hoso.core.accounts.actions import NewAccount, create_account, operator
    from hoso.core.accounts.models import Account

    with connection.cursor() as cursor:
        cursor.execute("SELECT title_vi, title_en, second_factor FROM access_role WHERE key = %s", [account.role])
        title_vi, title_en, second_factor = cursor.fetchone()
    new = NewAccount(
        account.username, account.full_name, account.kind, account.role,
        _facility_id(account.facility), _place_id(account), second_factor, ready=True,
        personal_number=account.vneid.personal_number if account.vneid else "",
    )  # fmt: skip
    # One whose sign-in was lost (the file was removed) makes way for a new one under its name.
    old = Account.objects.filter(username=account.username).first()
    if old is not None:
        old.username = f"{old.username}.{old.pk}"
        old.is_active = False
        old.personal_number_hash = ""
        old.save()
    handed = create_account(operator("demo"), new)
    return SignIn(account.username, handed.password, account.role, title_vi, title_en, handed.totp_secret)


def _facility_id(code: str) -> int | None:
    from hoso.core.places.models import Facility

    return Facility.objects.get(code=code).pk if code else None


def _place_id(account: DemoAccount) -> int | None:
    from hoso.core.places.models import Place
    from hoso.demo.facilities import facilities

    code = account.place_of or account.province_of
    if not code:
        return None
    commune = next(facility.commune_code for facility in facilities() if facility.code == code)
    place = Place.objects.get(level=Place.Level.COMMUNE, code=commune, valid_to=None)
    return place.pk if account.place_of else place.parent_id


def _write(file: Path, sign_ins: Sequence[SignIn]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as target:
        json.dump([asdict(sign_in) for sign_in in sign_ins], target, ensure_ascii=False, indent=1)
