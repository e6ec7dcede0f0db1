"""What runs by itself between the house and hospitals' software: folders, fetching by SFTP, call-backs; seen and switched."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from hoso.core.access.actor import Actor
from hoso.core.access.policy import Scope
from hoso.core.errors import HosoError
from hoso.engines.intake.folders.registered import WatchedFolder, folders_in_sight, switch_folder
from hoso.engines.intake.notifying.calls import TroubledCall, call_again, troubled_calls
from hoso.engines.intake.notifying.targets import Target, switch_target, targets_in_sight
from hoso.engines.intake.pulls.registered import PullSource, sources_in_sight, switch_source
from hoso.web.asking import ask
from hoso.web.routes import ActingRequest
from hoso.web.templatetags.bilingual import spoken


def _switches() -> dict[str, Callable[[Actor, int, bool], None]]:
    return {
        "folder": lambda actor, number, on: switch_folder(actor, number, on=on),
        "pull": lambda actor, number, on: switch_source(actor, number, on=on),
        "target": lambda actor, number, on: switch_target(actor, number, on=on),
    }


@dataclass(frozen=True)
class Trouble:
    """The last failure, as the catalogue tells it."""

    code: str
    says: tuple[str, str]
    what_to_do: tuple[str, str]


@dataclass(frozen=True)
class Connections:
    folders: list[WatchedFolder]
    pulls: list[PullSource]
    targets: list[Target]
    calls: list[TroubledCall]

    def __len__(self) -> int:
        return len(self.folders) + len(self.pulls) + len(self.targets)


def _connections(scope: Scope) -> Connections:
    return Connections(folders_in_sight(), sources_in_sight(), targets_in_sight(), troubled_calls(scope))


def connections(request: ActingRequest) -> HttpResponse:
    """Every folder, server and address with its state, the last run and the last error; calls that were given up."""
    found: Connections = ask(request, _connections, about="connections")
    context = {
        "folders": [(one, _trouble(one.trouble)) for one in found.folders],
        "pulls": [(one, _trouble(one.trouble, file=one.server.secret_file)) for one in found.pulls],
        "targets": found.targets,
        "calls": found.calls,
        "nothing": not len(found),
    }
    return render(request, "accounts/connections.html", context)


def switch(request: ActingRequest, kind: str, number: int) -> HttpResponse:
    """POST: switch one off or on. Raises HosoError HS3372, HS3428, HS3430 where there is no such one."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    on = request.POST.get("on") == "yes"
    change = _switches().get(kind)
    if change is None:
        raise HosoError("HS3430")
    change(request.actor, number, on)
    messages.success(request, spoken(("Đã bật.", "Switched on.") if on else ("Đã tắt.", "Switched off.")))
    return redirect("connections")


def call(request: ActingRequest, number: int) -> HttpResponse:
    """POST: call a result in once more. Raises HosoError HS3377 where no such call waits."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    declared = request.declaration
    call_again(request.actor, number, declared.permission, declared.purpose)
    messages.success(request, spoken(("Đang gọi lại.", "It is being called again.")))
    return redirect("connections")


def _trouble(code: str, **words: str) -> Trouble | None:
    if not code:
        return None
    error = HosoError(code, **words)
    return Trouble(code, (error.message("vi"), error.message("en")), (error.what_to_do("vi"), error.what_to_do("en")))
