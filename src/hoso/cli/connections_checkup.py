"""What `hoso doctor` says of the connections that run by themselves: is one in trouble, silent, switched off, given up?"""

from datetime import UTC, datetime, timedelta

from hoso.cli.finding import Finding

SILENT = timedelta(minutes=10)  # beyond what it should take for a look


def connections() -> Finding:
    """Watched folders, fetching by SFTP, call-backs."""
    from hoso.engines.intake.folders.registered import watched_folders
    from hoso.engines.intake.notifying.targets import targets
    from hoso.engines.intake.pulls.registered import pull_sources

    folders, pulls, called = watched_folders(), pull_sources(), targets()
    wrong = [
        *(_looked("folder", one.id, one.is_on, one.trouble, one.looked_at, timedelta(minutes=1)) for one in folders),
        *(
            _looked("pull", one.id, one.is_on, one.trouble, one.looked_at, timedelta(minutes=one.every_minutes))
            for one in pulls
        ),
        *(_calls(one.facility_code, one.is_on, one.dead) for one in called),
    ]
    told = f"{len(folders)} folders, {len(pulls)} pulls, {len(called)} call-backs"
    if found := [one for one in wrong if one]:
        return Finding(
            "warning", "connections", f"{told}; {'; '.join(found)}",
            "See the page Connections, or `hoso folders list`, `hoso pulls list`, `hoso callbacks list`; the codes stand in docs/reference/errors.md.",
        )  # fmt: skip
    return Finding("ok", "connections", told)


def _looked(kind: str, number: int, is_on: bool, trouble: str, looked_at: datetime | None, every: timedelta) -> str:
    if not is_on:
        return f"{kind} {number} is switched off"
    if trouble:
        return f"{kind} {number}: {trouble}"
    if looked_at is not None and datetime.now(UTC) - looked_at > every + SILENT:
        return f"{kind} {number} was looked at last at {looked_at.astimezone(UTC).isoformat(timespec='seconds')}"
    return ""


def _calls(facility: str, is_on: bool, dead: int) -> str:
    if not is_on:
        return f"call-backs of {facility} are switched off"
    return f"{dead} results could not be called in to {facility}" if dead else ""
