"""`hoso demo`: a synthetic province, loaded through the real intake, served on this machine."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hoso.cli.terminal import print_table, progress_bar

if TYPE_CHECKING:
    from hoso.cli.demo_accounts import SignIn

PROVINCE = "80"
VISITS_A_YEAR = 0.8  # some 2,050 visits of 520 people: enough to look at, loaded within a minute
MONTHS_A_PACKAGE = 3  # as for the quarter's settlement: a package costs as much as some visits
SIGN_INS = "sign-ins.json"
REPORTS = "reports"  # written when the monthly reports are in
FIGURES = "figures"  # written when all statistical figures are in
LOADED = "loaded"  # written last: a demonstration that was interrupted is made anew where it stopped


@click.command(short_help="Serve a synthetic province, ready to try.")
@click.option("--persons", type=click.IntRange(100), default=520, show_default=True, help="People of the province.")
@click.option("--no-serve", is_flag=True, help="Only prepare it.")
def demo(persons: int, no_serve: bool) -> None:
    """Make a synthetic province (the first time), then serve it on this machine with a sign-in for each role.

    Only in a data folder of its own: one that holds real records is refused.
    """
    from hoso.cli.house import bring_up_to_date, demo_folder, open_house
    from hoso.cli.serve import run_house

    open_house()
    bring_up_to_date()
    folder = demo_folder()
    _refuse_real_data(folder)
    folder.mkdir(exist_ok=True, mode=0o700)
    if not (folder / LOADED).exists():
        _load_province(persons, folder)
        (folder / LOADED).touch()
    from hoso.cli.demo_accounts import make_demo_accounts

    sign_ins = make_demo_accounts(folder / SIGN_INS)
    if not (folder / FIGURES).exists():
        _load_reports(folder)
        _load_populations()
        (folder / FIGURES).touch()
    if no_serve:
        print_sign_ins(sign_ins)
    else:
        run_house(when_ready=lambda: print_sign_ins(sign_ins))


def _refuse_real_data(folder: Path) -> None:
    """Raises HosoError HS1012 where the data folder holds accounts of people but is no demonstration."""
    from hoso.core.accounts.models import Account
    from hoso.core.errors import HosoError

    if not folder.exists() and Account.objects.exclude(kind=Account.Kind.SERVICE).exists():
        raise HosoError("HS1012", folder=folder.parent)


def _load_province(persons: int, folder: Path) -> None:
    """Generate the packages, import the facilities, take everything in. Safe to run again."""
    from hoso.core.access.actor import Actor
    from hoso.core.accounts.machines import INTAKE_SERVICE, intake_service_id
    from hoso.demo.province import ProvinceSettings, generate_province
    from hoso.engines.intake.run import take_in_paths

    actor = Actor(account_id=intake_service_id(), name=INTAKE_SERVICE, route="command:demo")
    with tempfile.TemporaryDirectory(prefix="hoso-demo-") as name:
        out = Path(name)
        click.echo("Tạo tỉnh mẫu… Making a synthetic province…")
        with progress_bar("người") as progress:
            generate_province(
                ProvinceSettings(
                    province=PROVINCE,
                    persons=persons,
                    visits_per_person_year=VISITS_A_YEAR,
                    months_a_package=MONTHS_A_PACKAGE,
                ),
                out,
                progress,
            )
        _import_facilities(out / "facilities.csv")
        _take_practitioners(out / "practitioners.csv")
        click.echo("Tiếp nhận các gói hồ sơ và số liệu báo cáo mẫu… Taking the packages and the reported figures in…")
        with _in_another_process(_load_reports, folder), progress_bar("B") as progress:
            account = take_in_paths(actor, [out / "packages", out / "refused"], None, progress)
        counts = account.as_dict()
        click.echo(", ".join(f"{name} {counts[name]}" for name in ("received", "filed", "corrected", "quarantined")))
        _take_households(out / "station-list.csv")


@contextmanager
def _in_another_process(work: Callable[[Path], None], folder: Path) -> Iterator[None]:
    """`work` while the block runs; the intake leaves half of two cores idle. A thread would take the writer's turns."""
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=_settle) as process:
        running = process.submit(work, folder)
        yield
        running.result()


def _settle() -> None:
    from hoso.cli.house import open_house
    from hoso.core.jobs.helper_processes import end_with_parent

    end_with_parent()
    open_house()


def _load_reports(folder: Path) -> None:
    """What communes and provinces reported, month by month: something for the Explorer to show."""
    from django.utils import timezone

    from hoso.cli.demo_accounts import make_demo_accounts
    from hoso.cli.demo_figures import load_reports, statistician

    if not (folder / REPORTS).exists():
        make_demo_accounts(folder / SIGN_INS)  # a statistician is among them
        load_reports(statistician("command:demo"), PROVINCE, timezone.localdate())
        (folder / REPORTS).touch()


def _load_populations() -> None:
    from django.utils import timezone

    from hoso.cli.demo_figures import load_populations, statistician

    load_populations(statistician("command:demo"), timezone.localdate())


def _take_households(file: Path) -> None:
    """The list that stations keep, then everybody compared: households, groups of people, pairs for the review desk."""
    from django.utils import timezone

    from hoso.core.files.originals import chunks_of
    from hoso.engines.intake.households.importing import receive_list, take_list
    from hoso.engines.intake.jobs import intake_service
    from hoso.engines.intake.linking import link_everybody

    click.echo("Nhập danh sách hộ, tìm hồ sơ trùng… Taking the list of households in, finding records of one human…")
    service = intake_service("command:demo")
    with file.open("rb") as stream:
        list_id = receive_list(service, file.name, chunks_of(stream), timezone.localdate())
    with progress_bar("dòng") as progress:
        take_list(list_id, progress)
    report = link_everybody(service)
    click.echo(f"persons {report.persons}, joined {report.joined}, waiting {report.waiting}")


def _take_practitioners(file: Path) -> None:
    """The register: who practises under the numbers that the packages bear."""
    from django.utils import timezone

    from hoso.core.files.originals import chunks_of
    from hoso.engines.intake.jobs import intake_service
    from hoso.engines.intake.practitioners.importing import receive_list, take_list

    click.echo("Nhập danh sách người hành nghề… Taking the list of practitioners in…")
    with file.open("rb") as stream:
        list_id = receive_list(intake_service("command:demo"), file.name, chunks_of(stream), timezone.localdate())
    with progress_bar("dòng") as progress:
        take_list(list_id, progress)


def _import_facilities(file: Path) -> None:
    from hoso.core.places.facility_import import import_facilities

    report = import_facilities(file)
    for refusal in report.refusals:
        click.echo(f"{file.name}:{refusal.row}: {refusal.error}", err=True)


def print_sign_ins(sign_ins: "Sequence[SignIn]") -> None:
    """A table of who may sign in; roles with a second factor get the code of this half minute too."""
    rows = [
        [sign_in.username, sign_in.password, sign_in.code_now, f"{sign_in.title_vi} / {sign_in.title_en}"]
        for sign_in in sign_ins
    ]
    click.echo()
    print_table(("TÊN / USER", "MẬT KHẨU / PASSWORD", "MÃ / CODE", "VAI TRÒ / ROLE"), rows)
    for sign_in in sign_ins:
        if sign_in.address:
            click.echo(f"{sign_in.username}: {sign_in.address}")
    click.echo()
