"""`hoso serve`: the web server, the sealer of the audit, the holder of the cube and one worker, started together and stopped together."""

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import click


@click.command(short_help="Serve the web pages and do the jobs.")
@click.option("--without-worker", is_flag=True, help="Web only; `hoso worker` runs elsewhere.")
def serve(without_worker: bool) -> None:
    """Serve the web pages at HOSO_BIND with HOSO_WEB_WORKERS processes, and do the jobs that wait. With
    HOSO_BACKUP also archive to it all the time (`hoso archive`).

    Upgrades the schema first where it is behind. A data folder marked as a demonstration is served to this machine only.
    """
    from hoso.cli.house import bring_up_to_date, open_house

    open_house()
    if bring_up_to_date():
        click.echo("Đã nâng cấp cơ sở dữ liệu. The database was upgraded.")
    run_house(without_worker=without_worker)


def run_house(without_worker: bool = False, when_ready: Callable[[], None] | None = None) -> None:
    """Serve the opened house until a signal comes; calls `when_ready` once it answers. Raises HosoError HS1005, HS1010."""
    from hoso.cli.house import demo_folder, home, keep_database_running
    from hoso.cli.processes import (
        Supervisor,
        archive_command,
        cube_command,
        sealer_command,
        server_command,
        worker_command,
    )
    from hoso.config.environment import read_environment

    environment = read_environment()
    host, port = environment["HOSO_BIND"]
    refuse_beyond_loopback(host)
    (home() / "static").mkdir(exist_ok=True)  # its absence is warned about, its emptiness is not
    commands = {"web": server_command(host, port, environment["HOSO_WEB_WORKERS"])}
    commands["sealer"] = sealer_command()
    commands["cube"] = cube_command()
    if not without_worker:
        commands["worker"] = worker_command()
    if demo_folder().exists() and not environment["HOSO_VNEID_ISSUER"]:
        commands["vneid"] = _simulated_vneid()
    if demo_folder().exists() and not environment["HOSO_MINISTRY_PORTAL_URL"]:
        commands["portal"] = _simulated_portal(demo_folder())
    if environment["HOSO_BACKUP"]:
        commands["archive"] = archive_command()

    def ready() -> None:
        if when_ready is not None:
            when_ready()
        click.echo(f"HoSo: http://{host}:{port}/  (Ctrl-C: dừng / stop)")

    Supervisor(commands, keep_database_running()).run(ready, (host, port))


def _simulated_vneid() -> list[str]:
    """The command that serves the VNeID of a demonstration, whose address the other processes are told of."""
    port = _free_port()
    os.environ["HOSO_VNEID_ISSUER"] = f"http://127.0.0.1:{port}"
    return [sys.executable, "-m", "hoso.gateways.vneid.server", str(port)]


def _simulated_portal(demo: Path) -> list[str]:
    """The same for the ministry's portal of a demonstration; what it holds lies in the demonstration's folder."""
    port = _free_port()
    os.environ["HOSO_MINISTRY_PORTAL_URL"] = f"http://127.0.0.1:{port}"
    roots = demo.parent / "secrets" / "test-ca" / "root.pem"
    folder = demo / "ministry-portal"
    return [sys.executable, "-m", "hoso.gateways.ministry_portal.server", str(port), str(folder), str(roots)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refuse_beyond_loopback(host: str) -> None:
    """Raises HosoError HS1005 where a demonstration would be served beyond this machine."""
    from ipaddress import ip_address

    from hoso.cli.house import demo_folder
    from hoso.core.errors import HosoError

    name = host.strip("[]")
    try:
        loopback = ip_address(name).is_loopback
    except ValueError:
        loopback = name == "localhost"
    if demo_folder().exists() and not loopback:
        raise HosoError("HS1005", folder=demo_folder().parent)
