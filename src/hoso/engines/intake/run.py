"""Taking in files and folders at once: receive each package, work through it, and add up the account."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from pathlib import Path

from hoso.core.access.actor import Actor
from hoso.core.files.originals import chunks_of
from hoso.engines.intake.accounts import account_of_packages
from hoso.engines.intake.actions import receive
from hoso.engines.intake.archives import package_files
from hoso.engines.intake.helpers import helper_processes
from hoso.engines.intake.jobs import intake_service
from hoso.engines.intake.models import Account
from hoso.engines.intake.packages import process_package
from hoso.engines.intake.reading import Reading
from hoso.engines.intake.turn import turn

Progress = Callable[[int, int], None]
_Received = tuple[Path, int, Reading]


def take_in_paths(
    actor: Actor, paths: Sequence[Path], stated_version: str | None = None, progress: Progress | None = None
) -> Account:
    """Take in every package among `paths` (files, ZIPs, folders) and return their account.

    `progress` is told (bytes done, bytes in all). Interrupted, the packages received stay and a worker ends them.
    """
    files = package_files(list(paths))
    total, done = sum(path.stat().st_size for path in files), 0
    service = intake_service(actor.route)
    receipts = []
    with helper_processes() as executor:
        for path, package_id, reading in _a_file_ahead(_received(actor, files, stated_version, executor)):
            with closing(reading), turn(wait=True):  # a worker may be at it already
                process_package(package_id, service, executor, begun=reading)
            receipts.append(package_id)
            done += path.stat().st_size
            if progress:
                progress(done, total)
    return account_of_packages(service, receipts)


def _received(
    actor: Actor, files: Iterable[Path], stated_version: str | None, executor: Executor | None
) -> Iterator[_Received]:
    """Each file received, the helpers at work on it."""
    for path in files:
        with path.open("rb") as stream:
            receipt = receive(actor, path.name, chunks_of(stream), "command", stated_version)
        yield path, receipt.id, Reading(bytes.fromhex(receipt.sha256), path.name, stated_version, 0, executor).begin()


def _a_file_ahead(received: Iterator[_Received]) -> Iterator[_Received]:
    """The same, one later: the helpers work on a file while the one before it is filed."""
    before = next(received, None)
    for following in received:
        if before:
            yield before
        before = following
    if before:
        yield before
