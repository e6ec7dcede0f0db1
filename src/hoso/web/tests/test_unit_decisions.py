"""The pages of decisions on units: giving a file, looking at it, approving it, and who may not."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hoso.core.accounts.models import Account
from hoso.core.places.decisions.queries import decision_list
from hoso.core.places.decisions.sheet import COLUMNS
from hoso.web.tests.signing_in import PASSWORD, give_code, has_session, set_up_app, sign_in

HEAD = "1/NQ (mẫu),2026-11-01,2026-11-20,Tệp thử"
SPLIT = f"{HEAD},split,commune,00070,00070,Phường Hoàn Kiếm,,,,,\n{HEAD},split,commune,00070,99001,Phường Mẫu,,,,,\n"


@pytest.fixture
def signed_in(db: None, account_with_role: Callable[..., Account]) -> Callable[[str], Client]:
    """A browser of somebody with the role, with both factors where the role wants them."""

    def enter(role: str) -> Client:
        client = Client()
        account = account_with_role(role, username=f"nguoi.{role}".replace("_", "-"), password=PASSWORD)
        secret = set_up_app(account)
        sign_in(client, account.username)
        give_code(client, secret)
        assert has_session(client)
        return client

    return enter


def _give(client: Client, rows: str) -> tuple[int, str]:
    file = SimpleUploadedFile("qd.csv", f"{','.join(COLUMNS)}\n{rows}".encode())
    answer = client.post("/places/decisions/give/", {"file": file}, follow=True)
    return answer.status_code, answer.content.decode()


def test_a_file_is_given_looked_at_and_approved(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("administrator")
    status, page = _give(client, SPLIT)
    assert status == 200 and "mặc định chia đều" in page and "Phường Mẫu, Thành phố Hà Nội" in page
    decision = decision_list()[0]
    address = f"/places/decisions/{decision.id}/"
    assert "đã duyệt" in client.post(f"{address}act/", {"act": "approve"}, follow=True).content.decode()
    reader = signed_in("statistics_officer").get(address).content.decode()
    assert "Phường Mẫu" in reader and "<form" not in reader.partition("<main")[2]
    assert client.post(f"{address}act/", {"act": "undo", "reason": "x"}).status_code == 422  # not applied yet


def test_a_wrong_file_is_told_row_by_row_and_nothing_is_taken(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("administrator")
    status, page = _give(client, SPLIT + f"{HEAD},merged,commune,12345,99009,Xã X,,,,,\n")
    assert status == 422 and "HS6190" in page and decision_list() == []
    assert _give(client, "")[0] == 422
    assert client.post("/places/decisions/give/").status_code == 422


def test_others_may_read_and_not_give(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("doctor")
    assert client.get("/places/decisions/").status_code == 200
    assert _give(client, SPLIT)[0] == 403
    assert signed_in("student").get("/places/decisions/").status_code == 403
