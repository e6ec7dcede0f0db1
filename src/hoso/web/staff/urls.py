"""Addresses of the staff web, each with its permission and purpose."""

from django.urls import URLPattern
from django.views.decorators.http import require_POST

from hoso.web.built_reports import urls as built_report_urls
from hoso.web.dashboards import urls as dashboard_urls
from hoso.web.explorer import urls as explorer_urls
from hoso.web.indicators import urls as indicator_urls
from hoso.web.mailed_figures import urls as mailed_figure_urls
from hoso.web.printed_reports import urls as printed_report_urls
from hoso.web.routes import PUBLIC, SIGNED_IN, View, route
from hoso.web.staff import (
    access,
    account_reviews,
    accounts,
    apps,
    audit,
    birth_and_card_urls,
    catalogue_urls,
    clients,
    conflicts,
    connections,
    encodings,
    exports,
    facilities,
    findings_sheet,
    gateway_secrets,
    gtin_cases,
    home,
    household_lists,
    identities,
    intake,
    labels,
    list_urls,
    local_code_urls,
    mail,
    ministry_portal,
    numbers,
    opened_urls,
    oversight_urls,
    own_software,
    packages,
    pairs,
    papers,
    people,
    person_urls,
    places,
    practitioner_urls,
    quarantine,
    role_hours,
    security,
    senders,
    sent_xml,
    signatures,
    statistics,
    statistics_approval,
    statistics_cell,
    statistics_cells,
    statistics_deadlines,
    statistics_definitions,
    statistics_forms,
    statistics_offline,
    statistics_quality,
    statistics_record,
    statistics_workbook,
    subscriptions,
    terminology,
    tiers,
    trends,
    unit_decisions,
    visits,
    withdrawals,
)

TREATMENT, RECORD_KEEPING, ADMINISTRATION, OVERSIGHT = "treatment", "record_keeping", "administration", "oversight"


def _record(pattern: str, view: View, name: str) -> URLPattern:
    return route(pattern, view, name=name, permission="record.read", purpose=TREATMENT, touches_person=True)


def _print(pattern: str, view: View, name: str) -> URLPattern:
    return route(
        pattern, require_POST(view), name=name, permission="record.print", purpose=TREATMENT, touches_person=True
    )


def _label(pattern: str, view: View, name: str) -> URLPattern:
    return route(pattern, view, name=name, permission="record.label", purpose=TREATMENT, touches_person=True)


def _package(pattern: str, view: View, name: str, touches_person: bool = False) -> URLPattern:
    return route(
        pattern, view, name=name, permission="package.read", purpose=RECORD_KEEPING, touches_person=touches_person
    )


def _export(pattern: str, view: View, name: str, touches_person: bool = False) -> URLPattern:
    return route(
        pattern, view, name=name, permission="package.export", purpose=RECORD_KEEPING, touches_person=touches_person
    )


def _search(pattern: str, view: View, name: str, purpose: str) -> URLPattern:
    return route(pattern, view, name=name, permission="person.search", purpose=purpose, touches_person=True)


def _conflict(pattern: str, view: View, name: str) -> URLPattern:
    return route(pattern, view, name=name, permission="conflict.decide", purpose=RECORD_KEEPING, touches_person=True)


def _audit(pattern: str, view: View, name: str) -> URLPattern:
    return route(pattern, view, name=name, permission="audit.read", purpose=OVERSIGHT, touches_person=True)


def _account(pattern: str, view: View, name: str) -> URLPattern:
    return route(pattern, view, name=name, permission="account.manage", purpose=ADMINISTRATION)


def _review(pattern: str, view: View, name: str) -> URLPattern:
    return route(pattern, view, name=name, permission="grant.review", purpose="oversight")


def _facility(pattern: str, view: View, name: str) -> URLPattern:
    return route(pattern, view, name=name, permission="place.manage", purpose=ADMINISTRATION)


def _catalogue(pattern: str, view: View, name: str) -> URLPattern:
    return route(pattern, view, name=name, permission="terminology.manage", purpose=ADMINISTRATION)


def _figures(pattern: str, view: View, name: str, permission: str = "statistics.read") -> URLPattern:
    return route(pattern, view, name=name, permission=permission, purpose="statistics")


def _own(pattern: str, view: View, name: str) -> URLPattern:
    return route(pattern, view, name=name, permission=SIGNED_IN, purpose=PUBLIC)


urlpatterns = [
    *security.urlpatterns,
    *person_urls.urlpatterns,
    *opened_urls.urlpatterns,
    *oversight_urls.urlpatterns,
    *local_code_urls.urlpatterns,
    *birth_and_card_urls.urlpatterns,
    *practitioner_urls.urlpatterns,
    route("", home.home, name="home", permission=SIGNED_IN, purpose=PUBLIC),
    route("notices/", home.notices, name="notices", permission=SIGNED_IN, purpose=PUBLIC),
    route("notices/seen/", home.put_away, name="put_away_notices", permission=SIGNED_IN, purpose=PUBLIC),
    _search("people/", people.search, "people", TREATMENT),
    _record("people/<int:person_id>/", people.person, "person"),
    _record("people/<int:person_id>/timeline/", people.older_visits, "older_visits"),
    _record("people/<int:person_id>/details/", people.details, "person_details"),
    _record("people/<int:person_id>/trend/", trends.trend, "trend"),
    _record("people/<int:person_id>/visits/<str:encounter>/", visits.visit, "visit"),
    _record("people/<int:person_id>/apps/<str:client_id>/", require_POST(apps.open_person), "open_person_in_app"),
    _record(
        "people/<int:person_id>/visits/<str:encounter>/apps/<str:client_id>/",
        require_POST(apps.open_visit),
        "open_visit_in_app",
    ),
    _print("people/<int:person_id>/summary/print/", papers.summary, "print_summary"),
    _print("people/<int:person_id>/papers/<str:composition>/print/", papers.paper, "print_paper"),
    _label("people/<int:person_id>/labels/", labels.person_labels, "person_labels"),
    _label("people/<int:person_id>/visits/<str:encounter>/labels/", labels.visit_labels, "visit_labels"),
    _figures(
        "statistics/definitions/", statistics_definitions.definitions, "statistics_definitions", "statistics.define"
    ),
    *built_report_urls.urlpatterns,
    *dashboard_urls.urlpatterns,
    *explorer_urls.urlpatterns,
    *mailed_figure_urls.urlpatterns,
    *printed_report_urls.urlpatterns,
    *indicator_urls.urlpatterns,
    _figures("statistics/deadlines/", statistics_deadlines.board, "statistics_deadlines"),
    _figures("statistics/quality/", statistics_quality.board, "statistics_quality"),
    _figures("statistics/quality/catalogue/", statistics_quality.integrity, "statistics_integrity"),
    # Before the forms, whose addresses have as many parts.
    _figures(
        "statistics/deadlines/remind/<str:unit>/",
        require_POST(statistics_deadlines.remind),
        "statistics_remind",
        "statistics.approve",
    ),
    _figures("statistics/forms/", statistics_forms.known_forms, "statistics_forms"),
    _figures("statistics/follow-up/", statistics_cells.followed, "statistics_followed"),
    route(
        "statistics/offline-worker.js",
        statistics_offline.worker,
        name="statistics_offline_worker",
        permission=PUBLIC,
        purpose=PUBLIC,
    ),
    _figures("statistics/", statistics.due, "statistics"),
    _figures("statistics/<str:form>/<str:unit>/<str:period>/", statistics.sheet, "statistics_sheet"),
    _figures(
        "statistics/<str:form>/<str:unit>/<str:period>/cell/",
        require_POST(statistics_cell.cell),
        "statistics_cell",
        "statistics.write",
    ),
    _figures("statistics/<str:form>/<str:unit>/<str:period>/cell/history/", statistics_cells.story, "statistics_story"),
    _figures(
        "statistics/<str:form>/<str:unit>/<str:period>/cell/comment/",
        require_POST(statistics_cells.say),
        "statistics_say",
        "statistics.write",
    ),
    _figures(
        "statistics/<str:form>/<str:unit>/<str:period>/cell/papers/",
        require_POST(statistics_cells.attach_paper),
        "statistics_attach",
        "statistics.write",
    ),
    _figures(
        "statistics/<str:form>/<str:unit>/<str:period>/cell/papers/off/",
        require_POST(statistics_cells.take_paper_off),
        "statistics_take_off",
        "statistics.write",
    ),
    _figures("statistics/papers/<int:number>/", statistics_cells.paper, "statistics_paper"),
    _figures(
        "statistics/<str:form>/<str:unit>/<str:period>/workbook.xlsx",
        statistics_workbook.download,
        "statistics_workbook",
    ),
    _figures(
        "statistics/<str:form>/<str:unit>/<str:period>/workbook/",
        require_POST(statistics_workbook.check),
        "statistics_workbook_check",
        "statistics.write",
    ),
    _figures(
        "statistics/<str:form>/<str:unit>/<str:period>/workbook/save/",
        require_POST(statistics_workbook.save),
        "statistics_workbook_save",
        "statistics.write",
    ),
    _figures(
        "statistics/<str:form>/<str:unit>/<str:period>/record/",
        require_POST(statistics_record.read),
        "statistics_record",
        "statistics.write",
    ),
    _figures(
        "statistics/<str:form>/<str:unit>/<str:period>/record/take/",
        require_POST(statistics_record.take),
        "statistics_take",
        "statistics.write",
    ),
    route(
        "statistics/<str:form>/<str:unit>/<str:period>/record/<str:row>/persons/",
        statistics_record.persons,
        name="statistics_persons",
        permission="record.read",
        purpose="figure_checking",
        touches_person=True,
    ),
    _figures("statistics/approval/", statistics_approval.waiting, "statistics_waiting"),
    _figures(
        "statistics/reports/<str:data_set>/<str:unit>/<str:period>/", statistics_approval.report, "statistics_report"
    ),
    _figures(
        "statistics/reports/<str:data_set>/<str:unit>/<str:period>/hand-in/",
        require_POST(statistics_approval.hand_in),
        "statistics_hand_in",
        "statistics.write",
    ),
    _figures(
        "statistics/reports/<str:data_set>/<str:unit>/<str:period>/decide/",
        require_POST(statistics_approval.decide),
        "statistics_decide",
        "statistics.approve",
    ),
    _package("intake/", intake.desk, "intake"),
    _package("intake/totals/", intake.totals, "intake_totals"),
    _package("intake/recent/", intake.recent, "recent_packages"),
    route("intake/upload/", intake.upload, name="upload", permission="package.send", purpose=RECORD_KEEPING),
    _package("intake/packages/<int:package_id>/", packages.package, "package", touches_person=True),
    _package("intake/packages/<int:package_id>/row/", packages.row, "package_row"),
    _package("intake/packages/<int:package_id>/step/", packages.step, "package_step"),
    _package("intake/packages/<int:package_id>/original/", packages.original, "original", touches_person=True),
    _package("intake/packages/<int:package_id>/findings.xlsx", findings_sheet.findings_sheet, "findings_sheet", True),
    _package("intake/packages/<int:package_id>/visits/<int:ordinal>/xml/", sent_xml.sent_xml, "sent_xml", True),
    _export("intake/packages/<int:package_id>/export/", exports.form, "export"),
    _export("intake/packages/<int:package_id>/export/file/", exports.file, "export_file", touches_person=True),
    route(
        "intake/packages/<int:package_id>/visits/<int:ordinal>/encoding/",
        encodings.encoding,
        name="encoding",
        permission="package.send",
        purpose=RECORD_KEEPING,
        touches_person=True,
    ),
    route(
        "intake/packages/<int:package_id>/visits/<int:ordinal>/withdraw/",
        withdrawals.ask_for,
        name="withdraw",
        permission="visit.withdraw",
        purpose=RECORD_KEEPING,
        touches_person=True,
    ),
    _package("intake/senders/", senders.board, "senders"),
    route(
        "intake/senders/<int:facility_id>/remind/",
        senders.remind,
        name="remind_sender",
        permission="sender.remind",
        purpose=RECORD_KEEPING,
    ),
    route(
        "intake/senders/calls/<int:number>/again/",
        senders.call,
        name="call_again",
        permission="package.send",
        purpose=RECORD_KEEPING,
    ),
    _package("intake/withdrawals/", withdrawals.withdrawals, "withdrawals", touches_person=True),
    route(
        "intake/withdrawals/<int:number>/decide/",
        withdrawals.decide,
        name="decide_withdrawal",
        permission="visit.approve_withdrawal",
        purpose=RECORD_KEEPING,
    ),
    _package("intake/quarantine/", quarantine.quarantine, "quarantine", touches_person=True),
    route(
        "intake/quarantine/act/",
        quarantine.act,
        name="quarantine_act",
        permission="package.send",
        purpose=RECORD_KEEPING,
    ),
    _conflict("intake/conflicts/", conflicts.conflicts, "conflicts"),
    _conflict("intake/conflicts/open/", conflicts.open_conflicts, "open_conflicts"),
    _conflict("intake/conflicts/<int:conflict_id>/decide/", conflicts.decide, "decide_conflict"),
    *list_urls.list_urls("intake/households/", household_lists.PAGES),
    _conflict("intake/people/<int:person_id>/numbers/end/", require_POST(numbers.end), "end_number"),
    _conflict("intake/people/<int:person_id>/numbers/back/", require_POST(numbers.back), "take_back_number_end"),
    _conflict("intake/pairs/", pairs.pairs, "pairs"),
    _conflict("intake/pairs/<int:pair_id>/decide/", pairs.decide, "decide_pair"),
    _conflict("intake/joins/<int:join_id>/part/", pairs.part, "part_persons"),
    _search("intake/people/", people.search, "intake_people", RECORD_KEEPING),
    _search("intake/people/<int:person_id>/", people.identity, "intake_person", RECORD_KEEPING),
    _search("intake/people/<int:person_id>/details/", people.details, "intake_person_details", RECORD_KEEPING),
    _package("portal/", ministry_portal.overview, "ministry_portal"),
    _package("portal/<int:number>/", ministry_portal.document, "portal_document"),
    route(
        "portal/<int:number>/decide/",
        require_POST(ministry_portal.decide),
        name="decide_portal_document",
        permission="package.send",
        purpose=RECORD_KEEPING,
    ),
    _own("signatures/", signatures.signatures, "signatures"),
    _account("subscriptions/", subscriptions.board, "subscriptions"),
    _account("subscriptions/<int:number>/again/", require_POST(subscriptions.again), "tell_again"),
    route("places/", places.places, name="places", permission="place.read", purpose=PUBLIC),
    route("places/<int:place_id>/", places.place, name="place", permission="place.read", purpose=PUBLIC),
    route(
        "places/decisions/",
        unit_decisions.decisions,
        name="unit_decisions",
        permission="place.read",
        purpose=PUBLIC,
    ),
    route(
        "places/decisions/template/",
        unit_decisions.empty,
        name="unit_decision_template",
        permission="place.read",
        purpose=PUBLIC,
    ),
    _facility("places/decisions/give/", require_POST(unit_decisions.give), "give_unit_decision"),
    route(
        "places/decisions/<int:decision_id>/",
        unit_decisions.decision,
        name="unit_decision",
        permission="place.read",
        purpose=PUBLIC,
    ),
    _facility("places/decisions/<int:decision_id>/act/", require_POST(unit_decisions.act), "act_on_unit_decision"),
    route("terminology/", terminology.terminology, name="terminology", permission="terminology.read", purpose=PUBLIC),
    route(
        "terminology/versions/",
        terminology.versions,
        name="terminology_versions",
        permission="terminology.read",
        purpose=PUBLIC,
    ),
    _catalogue("terminology/gtins/", gtin_cases.cases, "gtin_cases"),
    _catalogue("terminology/gtins/<int:case_id>/decide/", require_POST(gtin_cases.decide), "decide_gtin_case"),
    *catalogue_urls.urlpatterns,
    _account("accounts/", accounts.accounts, "accounts"),
    _account("accounts/new/", accounts.new, "new_account"),
    _account("accounts/list/", account_reviews.bulk, "bulk_accounts"),
    _account("accounts/list/template/", account_reviews.bulk_template, "bulk_template"),
    _account("accounts/mail/", mail.mail, "mail"),
    _account("accounts/hours/", role_hours.hours, "role_hours"),
    _account("accounts/hours/<int:hours_id>/end/", role_hours.end, "end_role_hours"),
    _account("accounts/review/", account_reviews.review, "account_review"),
    _account("accounts/review/file/", account_reviews.review_file, "account_review_file"),
    _account("accounts/<int:account_id>/", accounts.account, "account"),
    _account("accounts/<int:account_id>/edit/", accounts.edit, "edit_account"),
    _account("accounts/<int:account_id>/roles/", accounts.assign, "assign_role"),
    _account("accounts/<int:account_id>/roles/<int:assignment_id>/end/", accounts.end_assignment, "end_assignment"),
    _account("accounts/<int:account_id>/lock/", accounts.lock, "lock_account"),
    _account("accounts/<int:account_id>/unlock/", accounts.unlock, "unlock_account"),
    _account("accounts/<int:account_id>/second-factor/reset/", accounts.reset_second_factor, "reset_second_factor"),
    _account("accounts/<int:account_id>/invite/", accounts.invite, "invite_account"),
    _account("accounts/<int:account_id>/identities/", identities.link, "link_identity"),
    _account("accounts/<int:account_id>/identities/<int:link_id>/end/", identities.end_link, "end_identity_link"),
    _account("accounts/<int:account_id>/licence/", accounts.give_licence, "give_licence"),
    _account("accounts/<int:account_id>/licence/end/", accounts.end_licence, "end_licence"),
    _account("accounts/<int:account_id>/hours/", accounts.add_hours, "add_hours"),
    _account("accounts/<int:account_id>/hours/<int:hours_id>/end/", accounts.end_hours, "end_hours"),
    _facility("facilities/", facilities.facilities, "facilities"),
    _facility("facilities/new/", facilities.new, "new_facility"),
    _facility("facilities/<str:code>/", facilities.facility, "facility"),
    _account("clients/", clients.clients, "clients"),
    _account("clients/new/", clients.new, "new_client"),
    _account("clients/<str:client_id>/", clients.client, "client"),
    _account("clients/<str:client_id>/secret/", clients.secret, "client_secret"),
    _account("clients/<str:client_id>/close/", clients.close, "close_client"),
    _own("security/software/", own_software.own_software, "own_software"),
    _own("security/software/token/", own_software.new_token, "new_own_token"),
    _own("security/software/token/<int:credential_id>/end/", own_software.end_token, "end_own_token"),
    _own("security/software/grant/<int:grant_id>/end/", own_software.end_software, "end_own_grant"),
    _audit("audit/", audit.events, "audit"),
    _audit("audit/accounts/", audit.uses, "audit_accounts"),
    route("audit/tiers/", tiers.accounts, name="audit_tiers", permission="audit.read", purpose=OVERSIGHT),
    _audit("audit/events/<int:event_id>/", audit.event, "audit_event"),
    _audit("audit/people/<int:person_id>/", audit.looks, "audit_person"),
    _account("connections/", connections.connections, "connections"),
    _account("connections/<str:kind>/<int:number>/switch/", connections.switch, "switch_connection"),
    _account("connections/calls/<int:number>/again/", connections.call, "call_again_by_administrator"),
    _account("accounts/gateway/", gateway_secrets.secrets, "gateway_secrets"),
    _account("accounts/gateway/issue/", gateway_secrets.issue, "issue_gateway_secret"),
    _account("accounts/gateway/rotate/", gateway_secrets.rotate, "rotate_gateway_secret"),
    _account("accounts/gateway/revoke/", gateway_secrets.revoke, "revoke_gateway_secret"),
    route("access/rules/", access.rules, name="access_rules", permission=SIGNED_IN, purpose=PUBLIC),
    route(
        "access/break-glass/",
        access.open_in_emergency,
        name="break_glass",
        permission="record.break_glass",
        purpose=TREATMENT,
        touches_person=False,
    ),
    _review("access/reviews/", access.review_desk, "access_reviews"),
    _review("access/reviews/<int:grant_id>/", access.decide_review, "decide_access_review"),
]
