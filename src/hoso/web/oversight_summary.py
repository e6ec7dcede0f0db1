"""What anybody may read of a year of oversight: how the records were used and watched, in protected counts."""

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern

from hoso.engines.oversight.tiers import tiers
from hoso.engines.oversight.years import Use, Year, published_years
from hoso.web.routes import PUBLIC, route

# Words of the counts in the order of the page: (name, Vietnamese, English).
ABOUT_USE = (
    ("systems", "Hệ thống được giám sát", "Systems watched"),
    ("persons", "Người có hồ sơ được xem", "People whose records were used"),
    ("emergencies", "Lượt xem khẩn cấp", "Emergency accesses"),
)
ABOUT_CASES = (
    ("opened", "Vụ việc đã mở", "Cases opened"),
    ("closed", "Vụ việc đã kết luận", "Cases concluded"),
    ("confirmed", "– có sử dụng sai", "– misuse confirmed"),
    ("justified", "– có lý do công việc", "– justified by work"),
    ("false_alarm", "– báo động nhầm", "– false alarm"),
    ("inconclusive", "– không kết luận được", "– inconclusive"),
    ("suspended", "Tài khoản bị khoá", "Accounts suspended"),
    ("told", "Người dân được báo", "Citizens told"),
    ("incidents", "Chuyển thành sự cố", "Handed over as incidents"),
)


def summary(request: HttpRequest) -> HttpResponse:
    """The published years, the newest first."""
    years = [(year, shown(year)) for year in published_years()]
    return render(request, "oversight/summary.html", {"years": years})


def shown(year: Year) -> Mapping[str, Sequence[tuple[tuple[str, str], object]]]:
    """The parts of a year as the page shows them: words in both languages beside their count or use."""
    titles = {one.key: (one.title_vi, one.title_en) for one in tiers().tiers}
    uses: list[tuple[tuple[str, str], Use]] = [(titles.get(one.tier, (one.tier, one.tier)), one) for one in year.uses]
    return {
        "use": [((vi, en), year.counts[name]) for name, vi, en in ABOUT_USE],
        "cases": [((vi, en), year.counts[name]) for name, vi, en in ABOUT_CASES],
        "tiers": uses,
    }


urlpatterns: list[URLPattern] = [
    route("oversight-summary/", summary, name="oversight_summary", permission=PUBLIC, purpose=PUBLIC)
]
