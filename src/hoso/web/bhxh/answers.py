"""Answers in the insurer's shape: maKetQua, maGiaoDich, thoiGianTiepNhan, thongDiep.

HTTP stays 200 where the protocol itself speaks, since programmes written for it look at maKetQua; only what concerns
the line (closed, too much, too often) has its HTTP status too.
"""

from datetime import datetime

from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from hoso.core.accounts.insurer_sessions import Session
from hoso.core.errors import HosoError
from hoso.engines.intake.actions import PackageReceipt
from hoso.web.bhxh.protocol import protocol

ADDRESS = "/bhxh/"
LINE_STATUS = {"HS3300": 404, "HS3303": 429, "HS3306": 413, "HS9001": 500, "HS9002": 404}


def is_gateway(request: HttpRequest) -> bool:
    """Whether hospital software is asking in the insurer's shape."""
    return request.path.startswith(ADDRESS)


def session_answer(session: Session) -> JsonResponse:
    return JsonResponse(
        {
            "maKetQua": protocol().received,
            "APIKey": {
                "access_token": session.access_token,
                "id_token": session.id_token,
                "token_type": "Bearer",
                "username": session.username,
                "expires_in": session.ends_at.isoformat(),
            },
        }
    )


def receipt_answer(receipt: PackageReceipt) -> JsonResponse:
    return _answer(protocol().received, receipt.key, "Đã tiếp nhận; hồ sơ đang được xử lý.", 200)


def refusal(error: HosoError) -> JsonResponse:
    """A coded error. Nothing was received: maGiaoDich is empty."""
    text = f"{error.code}: {error.message('vi')} {error.what_to_do('vi')}"
    status = LINE_STATUS.get(error.code, 200)
    answer = _answer(protocol().result_of(error.code), "", text, status)
    if status == 429:
        answer["Retry-After"] = "60"
    return answer


def _answer(result: str, key: str, text: str, status: int) -> JsonResponse:
    moment: datetime = timezone.localtime()
    body = {
        "maKetQua": result,
        "maGiaoDich": key,
        "thoiGianTiepNhan": moment.strftime("%Y%m%d%H%M%S"),
        "thongDiep": text,
    }
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
