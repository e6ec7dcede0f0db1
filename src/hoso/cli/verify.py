"""`hoso verify`: who signed a file, when, and whether it is as it was signed."""

import json
from pathlib import Path

import click


@click.command(short_help="Check the signature of a PDF, FHIR document or XML package.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One line of JSON.")
def verify(file: Path, as_json: bool) -> None:
    """Tell who signed FILE, when (as the signer says), and whether it is as it was signed. Ends with 1 where it is not, or
    where the signer is unknown."""
    from hoso.config import start

    start.setup_django()
    from hoso.engines.documents.signing.checking import check_signature

    found = check_signature(file.read_bytes())
    if as_json:
        told = {**found.__dict__, "signed_at": found.signed_at.isoformat() if found.signed_at else None}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        state = "nguyên vẹn / intact" if found.intact else "ĐÃ BỊ THAY ĐỔI / CHANGED"
        known = "được tin / believed" if found.believed else "KHÔNG RÕ / UNKNOWN"
        click.echo(
            f"{file.name}: {state}\nNgười ký / signer: {found.signer} ({known})\nCấp bởi / issuer: {found.issuer}"
        )
        click.echo(f"Lúc / at: {found.signed_at.isoformat() if found.signed_at else '–'}")
    if not found.good:
        raise SystemExit(1)
