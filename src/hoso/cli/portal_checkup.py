"""What `hoso doctor` says of the ministry's portal: was the last night's run there, and is anything given up or contested?"""

from datetime import timedelta

from hoso.cli.finding import Finding

LATE = timedelta(hours=2)  # after the night's hour


def ministry_portal() -> Finding:
    from django.utils import timezone

    from hoso.engines.documents.signing.authority import signing_authority
    from hoso.engines.records.ministry_portal.gateway import portal_is_on
    from hoso.engines.records.ministry_portal.runs import last_run
    from hoso.engines.records.ministry_portal.schedule import last_night
    from hoso.engines.records.ministry_portal.standing import standing

    if not portal_is_on():
        return Finding("ok", "ministry portal", "off (HOSO_MINISTRY_PORTAL)")
    if signing_authority() is None:
        return Finding("problem", "ministry portal", "nothing can be sent unsigned", "Set HOSO_CA and its key file.")
    now = standing()
    sent, compared = last_run("send"), last_run("reconcile")
    told = (
        f"{now.waiting} wait, {now.dead} given up, {now.contested} refused or different, {now.differences} differences"
    )
    if sent and sent.trouble:
        return Finding(
            "warning", "ministry portal", f"{told}; last run: {sent.trouble}",
            "`hoso portal status` tells more; the code stands in docs/reference/errors.md.",
        )  # fmt: skip
    if now.overdue and timezone.now() - last_night() > LATE:
        return Finding(
            "warning", "ministry portal", f"{told}; {now.overdue} overdue", "Is a worker running? `hoso portal send`."
        )
    if now.dead or now.contested or now.differences:
        return Finding("warning", "ministry portal", told, "See the page /portal/, or `hoso portal status`.")
    compared_at = f", compared {compared.began_at:%Y-%m-%d %H:%M}" if compared else ""
    return Finding("ok", "ministry portal", told + compared_at)
