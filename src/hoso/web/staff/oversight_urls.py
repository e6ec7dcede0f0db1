"""Addresses of the case desk, and of whoever is asked by it."""

from django.urls import URLPattern
from django.views.decorators.http import require_POST

from hoso.web.routes import PUBLIC, SIGNED_IN, View, route
from hoso.web.staff import (
    case_acts,
    oversight_desk,
    oversight_report,
    oversight_tuning,
    oversight_watch,
    oversight_years,
)


def _desk(pattern: str, view: View, name: str) -> URLPattern:
    return route(f"oversight/{pattern}", view, name=name, permission="case.handle", purpose="oversight")


def _asked(pattern: str, view: View, name: str) -> URLPattern:
    return route(f"oversight/questions/{pattern}", view, name=name, permission=SIGNED_IN, purpose=PUBLIC)


urlpatterns = [
    _desk("", oversight_desk.desk, "oversight_cases"),
    _desk("report/", oversight_report.report, "oversight_report"),
    _desk("years/", oversight_years.years, "oversight_years"),
    _desk("years/new/", require_POST(oversight_years.lay_year_down), "lay_oversight_year_down"),
    _desk("years/<int:year_id>/publish/", require_POST(oversight_years.publish_year), "publish_oversight_year"),
    _desk("tuning/", oversight_tuning.tuning, "oversight_tuning"),
    _desk("tuning/new/", require_POST(oversight_tuning.propose_severity), "propose_severity"),
    _desk("tuning/<int:tuning_id>/decide/", require_POST(oversight_tuning.decide_severity), "decide_severity"),
    _desk("watch/", oversight_watch.watch_list, "oversight_watch_list"),
    _desk("watch/new/", require_POST(oversight_watch.watch_person), "watch_person"),
    _desk("watch/<int:entry>/end/", require_POST(oversight_watch.end_watch), "end_watch"),
    _desk("open/", require_POST(case_acts.open_case), "open_oversight_case"),
    _desk("cases/<int:case_id>/", oversight_desk.case, "oversight_case"),
    _desk("cases/<int:case_id>/ask/", require_POST(case_acts.ask_about), "ask_about_case"),
    _desk("cases/<int:case_id>/propose/", require_POST(case_acts.propose), "propose_in_case"),
    _desk("cases/<int:case_id>/proposals/<int:proposal_id>/", require_POST(case_acts.decide), "decide_in_case"),
    _desk("cases/<int:case_id>/incident/", require_POST(case_acts.hand_over), "hand_over_case"),
    _asked("", case_acts.questions, "oversight_questions"),
    _asked("<int:question_id>/", require_POST(case_acts.answer), "answer_oversight"),
]
