"""Texts of before Unicode in a package: told, quarantined where the name is one, converted only when a person confirms."""

from base64 import b64encode

import pytest
from django.test import Client

from hoso.core.vietnamese import legacy
from tests.claim_packages import Claim, package, sample_3176
from tests.intaking import Intake, findings, last_package, one, rows, sign_in

NAME, ADDRESS = "Nguyễn Văn Hùng", "Số 5 đường Trần Phú, Phường Vĩnh Hưng"


def old(encoding: str, **values: str) -> Claim:
    written = {field: legacy.encode(text, encoding).decode("latin-1") for field, text in values.items()}
    return sample_3176().with_(MA_LK="SYN.OLD", **written)


@pytest.mark.parametrize("encoding", legacy.ENCODINGS)
def test_a_name_in_an_old_encoding_is_quarantined_with_what_it_reads(encoding: str, intake: Intake) -> None:
    account = intake.file(old(encoding, HO_TEN=NAME, DIA_CHI=ADDRESS))
    assert (account.quarantined, account.filed) == (1, 0)
    assert [(code, severity, field) for code, severity, _, field in findings() if code == "HS3331"] == [
        ("HS3331", "error", "HO_TEN"), ("HS3331", "warning", "DIA_CHI")
    ]  # fmt: skip
    assert one("SELECT params->>'after' FROM intake_finding WHERE code = 'HS3331' AND field = 'HO_TEN'") == NAME
    assert rows("SELECT 1 FROM people_person") == []


def test_elsewhere_it_warns_and_stays_as_it_came(intake: Intake) -> None:
    claim = old("tcvn3", DIA_CHI=ADDRESS)
    assert intake.file(claim).filed == 1
    assert ("HS3331", "warning", 1, "DIA_CHI") in findings()
    assert one("SELECT address FROM people_person") == claim.summary["DIA_CHI"]


def test_a_table_in_bytes_of_an_old_encoding_is_quarantined_by_name(intake: Intake) -> None:
    text = sample_3176().with_(HO_TEN=NAME).tables[1].xml().decode()
    kept = "".join(one if one.isascii() or one in legacy.table("vni").values() else "" for one in text)
    claim = sample_3176().only(2)
    claim.raw.append(("XML1", b64encode(legacy.encode(kept, "vni")).decode()))
    assert intake.file(claim).quarantined == 1
    assert one("SELECT params->>'encoding' FROM intake_finding WHERE code = 'HS3330'") == "VNI"


def test_a_person_compares_and_converts_and_the_original_stays(intake: Intake) -> None:
    content = package(old("tcvn3", HO_TEN=NAME, DIA_CHI=ADDRESS))
    intake.send(content)
    number, kept = last_package(), one("SELECT sha256 FROM intake_package")
    window = Client()
    window.force_login(sign_in("intake_officer"))
    address = f"/intake/packages/{number}/visits/1/encoding/"
    assert address in window.get(f"/intake/packages/{number}/").content.decode()
    page = window.get(address).content.decode()
    assert NAME in page and "NguyÔn" in page
    assert rows("SELECT count(*) FROM intake_package") == [(1,)]
    assert window.post(address, {"as": "tcvn3"}).status_code == 302
    from hoso.engines.intake.jobs import intake_service
    from hoso.engines.intake.packages import process_package

    process_package(last_package(), intake_service("test"))
    assert one("SELECT name FROM people_person") == NAME
    assert one("SELECT state FROM intake_visit ORDER BY package_id DESC LIMIT 1") == "filed"
    assert bytes(one("SELECT sha256 FROM intake_package ORDER BY id LIMIT 1")) == bytes(kept)
    assert one("SELECT sha256 FROM intake_package ORDER BY id DESC LIMIT 1") != kept


def test_another_facilitys_officer_sees_no_proposal(intake: Intake) -> None:
    intake.file(old("tcvn3", HO_TEN=NAME))
    window = Client()
    window.force_login(sign_in("facility_records_officer", "01999"))
    assert window.get(f"/intake/packages/{last_package()}/visits/1/encoding/").status_code == 404


def test_a_sound_visit_has_nothing_to_convert(intake: Intake) -> None:
    intake.file(sample_3176())
    window = Client()
    window.force_login(sign_in("intake_officer"))
    address = f"/intake/packages/{last_package()}/visits/1/encoding/"
    assert "Không có chữ nào cần chuyển" in window.get(address).content.decode()
    assert window.post(address, {"as": "vni"}).status_code == 422
    assert window.get(f"{address}?as=utf-9").status_code == 400
