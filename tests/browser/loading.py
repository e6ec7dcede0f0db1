"""`python -m tests.browser.loading FOLDER [bare]`: what `hoso demo` loads, from packages in FOLDER; bare without its figures.

In a process of its own, because Django can be set up for one database only.
"""

import sys
from datetime import date
from pathlib import Path

FIGURES_UNTIL = date(2025, 12, 1)  # five months; what tests of the forms enter themselves is later


def load(folder: Path, figures: bool) -> None:
    """Facilities, packages and the accounts of a demonstration, into the house of HOSO_HOME and DATABASE_URL."""
    from hoso.config import start

    start.setup_django()
    from hoso.cli.demo import PROVINCE, SIGN_INS
    from hoso.cli.demo_accounts import make_demo_accounts
    from hoso.cli.demo_figures import load_figures, statistician
    from hoso.cli.house import demo_folder
    from hoso.core.places.facility_import import import_facilities
    from hoso.engines.intake.jobs import intake_service
    from hoso.engines.intake.run import take_in_paths

    refusals = import_facilities(folder / "facilities.csv").refusals
    account = take_in_paths(intake_service("test"), [folder / "packages", folder / "refused"], None)
    if refusals or not account.balances:
        raise RuntimeError(f"the province could not be loaded: {refusals} {account}")
    demo_folder().mkdir(mode=0o700)
    make_demo_accounts(demo_folder() / SIGN_INS)
    if figures:
        load_figures(statistician("test"), PROVINCE, FIGURES_UNTIL)


if __name__ == "__main__":
    load(Path(sys.argv[1]), "bare" not in sys.argv[2:])
