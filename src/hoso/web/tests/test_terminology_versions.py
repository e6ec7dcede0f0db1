"""The page of versions: the list, a comparison, what cannot be compared."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from hoso.core.accounts.models import Account
from hoso.core.terminology.local_versions import draft_version


@pytest.fixture
def signed_in(db: None, account_with_role: Callable[..., Account]) -> Client:
    client = Client()
    client.force_login(account_with_role("doctor"))
    return client


def test_a_draft_stands_in_the_list_and_is_compared(signed_in: Client, tmp_path: Path) -> None:
    sheet = tmp_path / "next.csv"
    sheet.write_text("code,display_vi\nA00,Tả (mẫu)\nE99.9,Mã mới (mẫu)\n", encoding="utf-8")
    draft_version(sheet, "icd10-vn", "next-synthetic", date(2027, 1, 1), "Bản tổng hợp để thử (synthetic)")
    page = signed_in.get("/terminology/versions/").content.decode()
    assert "next-synthetic" in page
    assert "bản nháp" in page
    assert "chưa chính thức" in page
    page = signed_in.get("/terminology/versions/?before=qd4469-2020&after=next-synthetic").content.decode()
    assert "đổi tên: 1" in page
    assert "thêm: 1" in page
    assert page.count('<tr><th scope="row">') == 2 + 200  # two versions, one page of changes
    assert "Trang sau" in page
    last = signed_in.get("/terminology/versions/?before=qd4469-2020&after=next-synthetic&page=61").content.decode()
    assert "Trang sau" not in last


@pytest.mark.parametrize("query", ["system=none", "page=0", "page=x", "before=qd4469-2020&after=none"])
def test_what_does_not_exist_is_said(signed_in: Client, query: str) -> None:
    answer = signed_in.get(f"/terminology/versions/?{query}")
    assert answer.status_code == 400
    assert "HS" in answer.content.decode()
