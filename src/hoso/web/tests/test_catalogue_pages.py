"""The catalogue's page takes a scan, the desk decides on contested GTINs, software follows the feed and reads every property."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from hoso.core.accounts.credentials import issue_token
from hoso.core.accounts.models import Account
from hoso.core.terminology.packages import open_cases
from hoso.core.terminology.tests.test_catalogues import ONE, PARACETAMOL, medicines, take
from hoso.web.tests.signing_in import PASSWORD, give_code, set_up_app, sign_in

pytestmark = pytest.mark.django_db
OTHER = f"893110000999,Thuốc khác,,,,,,{ONE},Hộp"


@pytest.fixture
def signed_in(account_with_role: Callable[..., Account]) -> Callable[[str], Client]:
    def enter(role: str) -> Client:
        client = Client()
        account = account_with_role(role, username=f"nguoi.{role}", password=PASSWORD)
        secret = set_up_app(account)
        sign_in(client, account.username)
        give_code(client, secret)
        return client

    return enter


def test_a_scan_shows_the_product_with_batch_and_expiry(signed_in: Callable[[str], Client], tmp_path: Path) -> None:
    medicines(tmp_path, PARACETAMOL)
    client = signed_in("doctor")
    page = client.get("/terminology/", {"q": f"01{ONE}1720013110AB12"}).content.decode()
    assert "Thuốc mẫu 500" in page and "AB12" in page and "31/01/2020" in page and "quá hạn" in page
    assert "HS6201" in client.get("/terminology/", {"q": "8936014581234"}).content.decode()
    assert "Chưa có sản phẩm" in client.get("/terminology/", {"q": "96385074"}).content.decode()
    listed = client.get("/terminology/", {"system": "thuoc", "q": "paracetamol"}).content.decode()
    assert (
        "893110000124" in listed
        and "chưa chính thức" in client.get("/terminology/versions/?system=thuoc").content.decode()
    )


def test_a_contested_gtin_is_decided_at_the_desk(signed_in: Callable[[str], Client], tmp_path: Path) -> None:
    medicines(tmp_path, PARACETAMOL)
    medicines(tmp_path, PARACETAMOL.replace(ONE, ""), OTHER, version="mau-2", day=date(2026, 6, 1))
    client = signed_in("administrator")
    page = client.get("/terminology/gtins/").content.decode()
    assert "Thuốc mẫu 500" in page and "Thuốc khác" in page
    address = f"/terminology/gtins/{open_cases()[0].id}/decide/"
    assert client.post(address, {"decision": "give", "reason": " "}).status_code == 422
    assert client.post(address, {"decision": "give", "reason": "thư của nhà sản xuất"}).status_code == 302
    assert open_cases() == []
    assert signed_in("doctor").get("/terminology/gtins/").status_code == 403


def test_software_follows_the_feed_and_reads_what_is_said_of_each_code(
    account_with_role: Callable[..., Any], tmp_path: Path
) -> None:
    client = Client(headers={"authorization": f"Bearer {issue_token(account_with_role('doctor'), 'test', 1)}"})
    before = client.get("/api/v1/terminology/changes?limit=1000").json()["last"]
    medicines(tmp_path, PARACETAMOL)
    told = client.get(f"/api/v1/terminology/changes?after={before}").json()
    assert [one["kind"] for one in told["changes"]] == ["published", "package"] and told["last"] == before + 2
    assert client.get(f"/api/v1/terminology/changes?after={told['last']}").json()["changes"] == []
    version = client.get("/api/v1/terminology/systems/thuoc/versions/mau-1").json()
    (concept,) = version["concepts"]
    assert version["evidence"] == "unverified" and concept["properties"]["substance"] == "Paracetamol"
    scan = client.get("/api/v1/terminology/scan", {"code": ONE}).json()
    assert (scan["gtin"], scan["product"]["code"], scan["packaging"]) == (ONE, "893110000124", "Hộp 10 vỉ")
    for address in ("changes?limit=0", "systems/thuoc/versions/none", "scan?code=12", "changes?after=x"):
        assert client.get(f"/api/v1/terminology/{address}").json()["code"].startswith("HS"), address
    fhir = client.get("/fhir/r4/CodeSystem/hoso-thuoc").json()
    stated = {one["code"]: one for one in fhir["concept"][0]["property"]}
    assert stated["packages"] == {"code": "packages", "valueString": ONE} and fhir["experimental"] is True
    assert {"code": "substance", "type": "string"} in fhir["property"]
    assert client.get("/fhir/r4/CodeSystem/hoso-thuoc?version=none").status_code == 400


def test_a_laboratory_code_is_mapped_to_loinc_for_reference(
    account_with_role: Callable[..., Any], tmp_path: Path
) -> None:
    from hoso.core.terminology.local_versions import publish_version
    from hoso.core.terminology.queries import forget

    take(tmp_path, "xet-nghiem", "code,display_vi,loinc", "GLU,Glucose,2345-7", version="mau", day=date(2026, 1, 1))
    publish_version("xet-nghiem", "mau")
    forget()
    client = Client(headers={"authorization": f"Bearer {issue_token(account_with_role('doctor'), 'test', 1)}"})
    url = "/fhir/r4/ConceptMap/$translate?system=https://hoso.vn/fhir/CodeSystem/xet-nghiem&code=GLU"
    parts = client.get(url).json()["parameter"]
    assert parts[1]["part"][1]["valueCoding"] == {"system": "http://loinc.org", "code": "2345-7"}
