"""Django's settings, all derived from the one typed list in `environment.py`."""

import secrets
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from hoso.config.environment import read_environment
from hoso.core.database import roles

ENVIRONMENT = read_environment()
HOSO_HOME: Path = ENVIRONMENT["HOSO_HOME"].resolve()
LANGUAGE_CODE: str = ENVIRONMENT["HOSO_LANGUAGE"]
DEBUG = False
ALLOWED_HOSTS: list[str] = ENVIRONMENT["HOSO_ALLOWED_HOSTS"]
PUBLIC_URL: str = ENVIRONMENT["HOSO_PUBLIC_URL"]


def _signing_keys() -> list[str]:
    """The key that signs, then older ones whose signatures still count (`hoso keys rotate signing`)."""
    if ENVIRONMENT["HOSO_SECRET_KEY"]:
        return str(ENVIRONMENT["HOSO_SECRET_KEY"]).split()
    path = HOSO_HOME / "secrets" / "signing-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(60))
    return path.read_text().split()


TIME_ZONE = "Asia/Ho_Chi_Minh"


def _connection(url: str, options: str = "") -> dict[str, Any]:
    parts = conninfo_to_dict(url) if url else {}
    return {
        "ENGINE": "hoso.core.database.postgresql",
        "NAME": parts.pop("dbname", "hoso"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        # Else Django's sessions would count days in UTC: `current_date` is yesterday until seven in the morning here.
        "TIME_ZONE": TIME_ZONE,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,  # a restarted PostgreSQL costs no request, and the check no trip
        "OPTIONS": {**parts, **({"options": options} if options else {})},
    }


SECRET_KEY, *SECRET_KEY_FALLBACKS = _signing_keys()
DATABASES = {
    "default": _connection(ENVIRONMENT["HOSO_APP_DATABASE_URL"]),
    # Only `hoso upgrade` writes through this one.
    "owner": _connection(ENVIRONMENT["DATABASE_URL"], f"-c role={roles.OWNER}"),
}
HOSO_TRUSTED_PROXIES: list[str] = ENVIRONMENT["HOSO_TRUSTED_PROXIES"]
HOSO_AUDIT_CHECKPOINTS: Path | None = ENVIRONMENT["HOSO_AUDIT_CHECKPOINTS"]
HOSO_AUDIT_CHECKPOINTS_COPY: Path | None = ENVIRONMENT["HOSO_AUDIT_CHECKPOINTS_COPY"]
HOSO_AUDIT_SYSLOG: str = ENVIRONMENT["HOSO_AUDIT_SYSLOG"]
HOSO_AUDIT_KEYS: Path | None = ENVIRONMENT["HOSO_AUDIT_KEYS"]
HOSO_AUDIT_SPOOL: Path | None = ENVIRONMENT["HOSO_AUDIT_SPOOL"]
HOSO_AUDIT_DATABASE_URL: str = ENVIRONMENT["HOSO_AUDIT_DATABASE_URL"]
HOSO_AUDIT_SPOOL_MB: int = ENVIRONMENT["HOSO_AUDIT_SPOOL_MB"]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "django_htmx",
    "csp",
    "procrastinate.contrib.django",
    "hoso.core.places",
    "hoso.core.terminology",
    "hoso.core.accounts",
    "hoso.core.accounts.authorization",
    "hoso.core.accounts.outside",
    "hoso.core.access",
    "hoso.core.audit",
    "hoso.core.changes",
    "hoso.core.messages",
    "hoso.core.incidents",
    "hoso.core.access.consent",
    "hoso.core.access.sharing",
    "hoso.core.access.rights",
    "hoso.engines.people",
    "hoso.engines.people.cards",
    "hoso.engines.records",
    "hoso.engines.records.subscriptions",
    "hoso.engines.records.bulk",
    "hoso.engines.records.ministry_portal",
    "hoso.engines.records.visit_facts",
    "hoso.engines.records.dose_facts",
    "hoso.engines.intake",
    "hoso.engines.intake.cda",
    "hoso.engines.intake.folders",
    "hoso.engines.intake.pulls",
    "hoso.engines.intake.households",
    "hoso.engines.intake.local_codes",
    "hoso.engines.intake.newborns",
    "hoso.engines.intake.notifying",
    "hoso.engines.intake.practitioners",
    "hoso.engines.statistics",
    "hoso.engines.statistics.cube",
    "hoso.engines.oversight",
    "hoso.web",
    "hoso.web.outside_sign_in",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # bad lines; Django pads answers, so lengths tell nothing
    "csp.middleware.CSPMiddleware",
    "hoso.web.headers.headers_middleware",
    "hoso.web.oauth.cors.cors_middleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "hoso.web.language.language_middleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "hoso.web.session_limits.session_limits",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "hoso.config.urls"
WSGI_APPLICATION = "hoso.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "hoso.web.page.page_context",
            ],
        },
    }
]

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "hoso.core.accounts.passwords.HouseRules"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "hoso.web.sign_in_adapter.StaffAccountAdapter"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
# Codes of the second step; passwords are counted in core/accounts/wrong_tries.py. No limit by address alone:
# a whole station stands behind one.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "5/15m/key"}
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True  # accounts are made by an administrator; nobody proves an address by mail
MFA_TOTP_ISSUER = "HoSo"
MFA_ADAPTER = "hoso.core.accounts.second_factor.EncryptedFactors"

SOCIALACCOUNT_ADAPTER = "hoso.web.outside_sign_in.accounts.OutsideAccounts"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an address proves nobody
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_STORE_TOKENS = False

HOSO_INSIDE_NETWORKS = ENVIRONMENT["HOSO_INSIDE_NETWORKS"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "accounts_cache"}}

SESSION_ENGINE = "hoso.web.sessions"
SESSION_COOKIE_AGE = 24 * 3600  # no session is older; how long one really lasts: web/session_limits.py
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = bool(ENVIRONMENT["HOSO_HTTPS"])
SECURE_HSTS_SECONDS = 31536000 if ENVIRONMENT["HOSO_HTTPS"] else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT["HOSO_HTTPS"] else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

# A demonstration is never served beyond its machine (HS1005): only there may a page show what a telephone received.
_IS_DEMO = (HOSO_HOME / "demo").is_dir()
HOSO_IS_TRAINING = (HOSO_HOME / "training").exists()  # `hoso practice`: every page says so
_SMS = {"none": "", "live": "hoso.gateways.sms.live.LiveSms", "simulated": "hoso.gateways.sms.simulated.SimulatedSms"}
SMS_GATEWAY = _SMS["simulated" if _IS_DEMO else ENVIRONMENT["HOSO_SMS"]]
_MAIL = {
    "none": "",
    "live": "hoso.gateways.mail.live.LiveMail",
    "simulated": "hoso.gateways.mail.simulated.SimulatedMail",
}
MAIL_GATEWAY = _MAIL["simulated" if _IS_DEMO else ENVIRONMENT["HOSO_MAIL"]]
_VNEID = {
    "none": [],
    "live": ["hoso.gateways.vneid.live.vneid_verifiers"],
    "simulated": ["hoso.gateways.vneid.simulated.vneid_verifiers"],
}
IDENTITY_VERIFIERS = [
    *_VNEID["simulated" if _IS_DEMO else ENVIRONMENT["HOSO_VNEID"]],
    "hoso.core.accounts.outside.configured.configured_verifiers",
]

_CA = {
    "none": "",
    "live": "hoso.gateways.ca.live.LiveAuthority",
    "simulated": "hoso.gateways.ca.simulated.SimulatedAuthority",
}
SIGNING_AUTHORITY = _CA["simulated" if _IS_DEMO else ENVIRONMENT["HOSO_CA"]]

_MINISTRY_PORTAL = {
    "none": "",
    "live": "hoso.gateways.ministry_portal.live.LivePortal",
    "simulated": "hoso.gateways.ministry_portal.simulated.SimulatedPortal",
}
MINISTRY_PORTAL = _MINISTRY_PORTAL["simulated" if _IS_DEMO else ENVIRONMENT["HOSO_MINISTRY_PORTAL"]]

# A demonstration calls nobody's software.
CALLBACK_GATEWAY = (
    "hoso.gateways.callback.simulated.SimulatedCall"
    if (HOSO_HOME / "demo").is_dir()
    else "hoso.gateways.callback.live.LiveCall"
)
# Nor does it fetch from anybody.
PULL_GATEWAY = "hoso.gateways.sftp.simulated.SimulatedSftp" if _IS_DEMO else "hoso.gateways.sftp.live.LiveSftp"

CSRF_FAILURE_VIEW = "hoso.web.error_pages.csrf_failure"

LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = HOSO_HOME / "static"
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "hoso.core.messages.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": ENVIRONMENT["HOSO_LOG_LEVEL"]},
    "loggers": {"procrastinate": {"level": "WARNING"}, "django.server": {"level": "WARNING"}},
}
