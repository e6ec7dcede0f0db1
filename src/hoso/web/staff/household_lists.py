"""Lists of households: the pages of a list (given_lists.py) in the words of households."""

from typing import Any

from hoso.engines.intake.households.jobs import take
from hoso.engines.intake.households.lists import HOUSEHOLDS
from hoso.engines.intake.households.sheet import template
from hoso.web.menu import may
from hoso.web.routes import ActingRequest
from hoso.web.staff.given_lists import ListPages


def _more(request: ActingRequest) -> dict[str, Any]:
    return {"may_see_coverage": may(request.actor, "card.coverage", request.declaration.purpose)}


PAGES = ListPages(
    HOUSEHOLDS, take, template, "household", "danh-sach-ho", "Danh sách hộ gia đình", "Lists of households",
    "Từ danh sách hộ, mỗi người dân có một hồ sơ, một số HoSo, hộ và nhóm dân số của mình. Nhập lại thì cập nhật, không tạo trùng;"
    " dòng sai được nêu rõ và không cản dòng khác.",
    "From a list of households every resident has a record, a HoSo number, a household and a population group. Given again it"
    " updates and doubles nobody; a wrong row is named and stops no other.",
    "households/beside.html", _more,
)  # fmt: skip
