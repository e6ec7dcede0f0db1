"""Every setting HoSo reads from its environment: name, type, default, meaning.

One list, so that `docs/reference/settings.md` can be compared with it and a wrong value is refused
by name before anything starts.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from hoso.core.accounts.networks import networks
from hoso.core.errors import HosoError


@dataclass(frozen=True)
class Setting:
    """One environment variable; `parse` raises ValueError on a value outside `allowed`."""

    name: str
    default: str
    allowed: str
    meaning: str
    parse: Callable[[str], Any] = str


def _boolean(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(text)
    return text == "yes"


def _choice(*values: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in values:
            raise ValueError(text)
        return text

    return parse


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        number = int(text)
        if not low <= number <= high:
            raise ValueError(text)
        return number

    return parse


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host:
        raise ValueError(text)
    return host, _whole(1, 65535)(port)


def _hosts(text: str) -> list[str]:
    return [host.strip() for host in text.split(",") if host.strip()]


def _folder(text: str) -> Path | None:
    return Path(text).resolve() if text else None


def _syslog(text: str) -> str:
    if text:
        kind, _, address = text.partition("://")
        if kind not in ("tcp", "udp"):
            raise ValueError(text)
        _address(address)
    return text


def _https(text: str) -> str:
    if text and not text.startswith("https://"):
        raise ValueError(text)
    return text


def _https_or_here(text: str) -> str:
    if text and not text.startswith(("https://", "http://127.0.0.1:")):
        raise ValueError(text)
    return text.rstrip("/")


def _clock(text: str) -> time:
    return datetime.strptime(text, "%H:%M").time()


def _contact(text: str) -> str:
    if text and not text.startswith(("mailto:", "https://")):
        raise ValueError(text)
    return text


def _recipients(text: str) -> tuple[str, ...]:
    from hoso.core.backup.sealing import is_recipient

    given = tuple(_hosts(text))
    if not all(map(is_recipient, given)):
        raise ValueError(text)
    return given


def _public_url(text: str) -> str:
    if text and not text.startswith(("https://", "http://")):
        raise ValueError(text)
    return text.rstrip("/")


def _database_url(text: str) -> str:
    if text and not text.startswith(("postgresql://", "postgres://")):
        raise ValueError(text)
    return text


SETTINGS: tuple[Setting, ...] = (
    Setting("HOSO_HOME", "var", "a folder", "Data folder: database, originals, secrets. Removing it resets all.", Path),
    Setting(
        "DATABASE_URL",
        "",
        "postgresql://… or empty",
        "A given PostgreSQL ≥ 15, as a role that may create roles. Empty: the embedded one in HOSO_HOME.",
        _database_url,
    ),
    Setting(
        "HOSO_APP_DATABASE_URL",
        "",
        "postgresql://… or empty",
        "Connection of the application's own role, where several machines share a database.",
        _database_url,
    ),
    Setting(
        "HOSO_POSTGRES",
        "wheel",
        "wheel or system",
        "Which PostgreSQL programs the embedded database runs on: the Python package's or the machine's.",
        _choice("wheel", "system"),
    ),
    Setting("HOSO_BIND", "127.0.0.1:8000", "host:port", "Where `hoso serve` listens.", _address),
    Setting("HOSO_ALLOWED_HOSTS", "127.0.0.1,localhost", "names, comma between", "Host names served.", _hosts),
    Setting(
        "HOSO_PUBLIC_URL",
        "",
        "https://… or empty",
        "The address by which software knows this house (issuer of tokens). Empty: the one a request came to.",
        _public_url,
    ),
    Setting(
        "HOSO_INSIDE_NETWORKS",
        "127.0.0.0/8,::1/128",
        "networks, comma between",
        "The house's own networks (as 10.1.0.0/16): from any other, signing in needs a second factor.",
        networks,
    ),
    Setting("HOSO_HTTPS", "no", "yes or no", "Served behind HTTPS: secure cookies and HSTS.", _boolean),
    Setting("HOSO_SECRET_KEY", "", "50 characters or more, or empty", "Signing key; empty: kept in HOSO_HOME/secrets."),
    Setting("HOSO_LANGUAGE", "vi", "vi or en", "Language before a person has chosen.", _choice("vi", "en")),
    Setting(
        "HOSO_LOG_LEVEL",
        "INFO",
        "DEBUG, INFO, WARNING or ERROR",
        "How much is logged.",
        _choice("DEBUG", "INFO", "WARNING", "ERROR"),
    ),
    Setting(
        "HOSO_INTAKE_PROCESSES", "1", "0 to 64", "Helper processes that read packages; 0 reads in place.", _whole(0, 64)
    ),
    Setting(
        "HOSO_INSURER_GATEWAY",
        "no",
        "yes or no",
        "Open the gateway of the insurer's shape (/bhxh/api/…); its protocol carries an MD5 of the password.",
        _boolean,
    ),
    Setting(
        "HOSO_INSURER_GATEWAY_RATE",
        "600",
        "1 to 100000",
        "Visits a facility may send through that gateway in a minute.",
        _whole(1, 100_000),
    ),
    Setting("HOSO_WEB_WORKERS", "1", "1 to 64", "Web processes of `hoso serve`.", _whole(1, 64)),
    Setting(
        "HOSO_TRUSTED_PROXIES",
        "",
        "addresses, comma between",
        "Proxies whose header Forwarded (RFC 7239) tells the asker's address and port.",
        _hosts,
    ),
    Setting(
        "HOSO_AUDIT_CHECKPOINTS",
        "",
        "a folder or empty",
        "Signed checkpoints of the audit chain; another disk or machine than the database's. Empty: HOSO_HOME/audit.",
        _folder,
    ),
    Setting(
        "HOSO_AUDIT_CHECKPOINTS_COPY", "", "a folder or empty", "A second folder that gets every checkpoint.", _folder
    ),
    Setting(
        "HOSO_AUDIT_SYSLOG",
        "",
        "tcp://host:port, udp://host:port or empty",
        "A log collector that gets every checkpoint as RFC 5424.",
        _syslog,
    ),
    Setting(
        "HOSO_AUDIT_KEYS",
        "",
        "a folder or empty",
        "Keys that sign the checkpoints, for the sealing process alone. Empty: HOSO_HOME/secrets/audit-keys.",
        _folder,
    ),
    Setting(
        "HOSO_AUDIT_DATABASE_URL",
        "",
        "postgresql://… or empty",
        "Connection of the audit writer's own role; empty: DATABASE_URL, acting as hoso_audit.",
        _database_url,
    ),
    Setting(
        "HOSO_AUDIT_SPOOL",
        "",
        "a folder or empty",
        "Events that the database does not take wait here; another disk than the database's. Empty: HOSO_HOME/audit.",
        _folder,
    ),
    Setting(
        "HOSO_AUDIT_SPOOL_MB", "64", "1 to 100000", "How much may wait there before reading stops.", _whole(1, 100000)
    ),
    Setting(
        "HOSO_SMS",
        "none",
        "none or live",
        "Text messages to persons: none, or an operator's gateway. A demonstration has a simulated telephone instead.",
        _choice("none", "live"),
    ),
    Setting("HOSO_SMS_URL", "", "https://… or empty", "The operator's gateway of text messages.", _https),
    Setting(
        "HOSO_SMS_TOKEN", "", "a secret or empty", "What the operator knows this house by; better HOSO_SMS_TOKEN_FILE."
    ),
    Setting(
        "HOSO_MAIL",
        "none",
        "none or live",
        "Mail to staff (invitations, notices): none, or by SMTP. A demonstration lays it in its folder instead.",
        _choice("none", "live"),
    ),
    Setting("HOSO_MAIL_SERVER", "127.0.0.1:25", "host:port", "The SMTP server.", _address),
    Setting(
        "HOSO_MAIL_SECURITY",
        "starttls",
        "starttls, tls or none",
        "How the way to the SMTP server is protected; none for a server on this machine alone.",
        _choice("starttls", "tls", "none"),
    ),
    Setting("HOSO_MAIL_USER", "", "a name or empty", "Who signs in at the SMTP server; empty: nobody does."),
    Setting("HOSO_MAIL_PASSWORD", "", "a secret or empty", "Its password; better HOSO_MAIL_PASSWORD_FILE."),
    Setting("HOSO_MAIL_FROM", "hoso@localhost", "a mail address", "Whom mail comes from."),
    Setting(
        "HOSO_SIGN_IN_PROVIDERS",
        "",
        "a file or empty",
        "Outside OpenID Connect providers by which people sign in (definitions/access/schema/sign_in_providers.json).",
        _folder,
    ),
    Setting(
        "HOSO_VNEID",
        "none",
        "none or live",
        "Signing in by VNeID (not tried with the real service). A demonstration has a simulated one.",
        _choice("none", "live"),
    ),
    Setting("HOSO_VNEID_ISSUER", "", "https://… or empty", "Issuer of VNeID or its licensed provider.", _public_url),
    Setting("HOSO_VNEID_CLIENT_ID", "", "text or empty", "What that provider calls this house."),
    Setting("HOSO_VNEID_CLIENT_SECRET", "", "a secret or empty", "Its secret; better HOSO_VNEID_CLIENT_SECRET_FILE."),
    Setting(
        "HOSO_CALLBACK_NETWORKS",
        "",
        "networks, comma between, or empty",
        "Private networks (as 10.1.0.0/16) in which hospital software may be called with results; empty: public ones alone.",
        networks,
    ),
    Setting(
        "HOSO_SECURITY_CONTACT",
        "",
        "mailto:… or https://… or empty",
        "Where a weakness of this installation is told; shown in /.well-known/security.txt.",
        _contact,
    ),
    Setting(
        "HOSO_BACKUP", "", "a folder or empty", "Backups go there, all the time; empty: none. Another disk.", _folder
    ),
    Setting(
        "HOSO_BACKUP_RECIPIENTS",
        "",
        "age1… keys, comma between, or empty",
        "Public keys backups are sealed to, so that the key that opens them can lie elsewhere. Empty: secrets/backup-identity.",
        _recipients,
    ),
    Setting(
        "HOSO_BACKUP_EVERY_HOURS",
        "24",
        "0 to 720",
        "How often the whole database is copied; 0: by hand.",
        _whole(0, 720),
    ),
    Setting(
        "HOSO_BACKUP_KEEP_DAYS", "35", "1 to 3650", "Every moment of so many days can be restored.", _whole(1, 3650)
    ),
    Setting(
        "HOSO_ARCHIVE_SECONDS",
        "30",
        "5 to 60",
        "How often what was committed is brought to HOSO_BACKUP.",
        _whole(5, 60),
    ),
    Setting(
        "HOSO_CA",
        "none",
        "none or live",
        "Signing papers and documents with a key file of a licensed authority (never tried with a Vietnamese one). A demonstration signs with a test key.",
        _choice("none", "live"),
    ),
    Setting("HOSO_CA_FILE", "", "a file or empty", "The key file (PKCS#12) with its certificates."),
    Setting("HOSO_CA_PASSWORD", "", "text", "What opens the key file."),
    Setting(
        "HOSO_CA_ROOTS", "", "a file or empty", "Certificates (PEM) of the authorities whose signatures are believed."
    ),
    Setting(
        "HOSO_MINISTRY_PORTAL",
        "none",
        "none or live",
        "Sending papers of ended visits to the ministry's portal (its protocol is not published: unofficial). A demonstration has a simulated one.",
        _choice("none", "live"),
    ),
    Setting(
        "HOSO_MINISTRY_PORTAL_URL",
        "",
        "https://… or empty",
        "The portal's address; http on this machine alone.",
        _https_or_here,
    ),
    Setting(
        "HOSO_MINISTRY_PORTAL_TOKEN",
        "",
        "a secret or empty",
        "What the portal knows this house by; better HOSO_MINISTRY_PORTAL_TOKEN_FILE.",
    ),
    Setting("HOSO_MINISTRY_PORTAL_AT", "22:30", "hh:mm", "When the night's sending begins, time of Việt Nam.", _clock),
    Setting(
        "HOSO_IMPORT_FOLDER",
        "",
        "a folder or empty",
        "Where the files lie that a FHIR $import may name (file:name); empty: only files of own exports are imported.",
        _folder,
    ),
    Setting(
        "HOSO_OFFLINE_HOURS",
        "36",
        "1 to 168",
        "Figures typed without a line wait so many hours in the browser; later its user is asked before they are saved.",
        _whole(1, 168),
    ),
    Setting("HOSO_DEFINITIONS", "", "a folder or empty", "Another copy of the definitions folder."),
)


def read_setting(setting: Setting, environ: Mapping[str, str]) -> Any:
    """Return the typed value; NAME_FILE names a file that holds it, where that is no setting itself (HOSO_CA_FILE is not the
    file of HOSO_CA). Raises HosoError HS1001."""
    text = environ.get(setting.name, setting.default)
    holder = f"{setting.name}_FILE"
    if (file_name := environ.get(holder)) and holder not in {one.name for one in SETTINGS}:
        text = Path(file_name).read_text().strip()
    try:
        return setting.parse(text)
    except ValueError:
        raise HosoError("HS1001", name=setting.name, value=text, allowed=setting.allowed) from None


def read_environment(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return every setting by name. Raises HosoError HS1001 for a wrong value, HS1002 for an unknown name."""
    known = {setting.name for setting in SETTINGS}
    for name in environ:
        if name.startswith("HOSO_") and name.removesuffix("_FILE") not in known:
            raise HosoError("HS1002", name=name)
    return {setting.name: read_setting(setting, environ) for setting in SETTINGS}
