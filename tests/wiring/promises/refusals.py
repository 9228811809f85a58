"""Settings that a service must not start with: one line says what is wrong, and no value; exit code 2."""

from contextlib import ExitStack
from functools import partial

from wiring.cuts import Cut
from wiring.probes import ALONE, PRODUCTION, enter_probe, probe
from wiring.site import Site

SETTINGS = "app/settings.py"
SMTP = {"EMAIL_PROVIDER": "smtp", "SMTP_TLS": "none"}

# Name of the probe: settings, the line that refuses them, and the wire.
REFUSED: dict[str, tuple[dict[str, str], str, Cut]] = {
    "missing_secret": (
        {"SECRET_KEY": ""},
        "SECRET_KEY: is missing",
        Cut(SETTINGS, "secret_key: SecretStr\n", "secret_key: SecretStr = SecretStr('abcdefgh' * 8)\n"),
    ),
    "short_secret": (
        {"SECRET_KEY": "canary-short-secret"},
        "SECRET_KEY must hold at least 32 bytes",
        Cut(SETTINGS, "if len(self._secrets[0].encode()) < MIN_SECRET_BYTES:", "if False:"),
    ),
    "placeholder_secret": (
        {"SECRET_KEY": "change" * 10},
        "SECRET_KEY looks like a placeholder",
        Cut(
            SETTINGS,
            "if any(len(set(secret)) < MIN_SECRET_BYTES // 4 for secret in self._secrets):",
            "if False:",
        ),
    ),
    "plain_public_url": (
        {"PUBLIC_URL": "http://api.example.com"},
        "PUBLIC_URL must start with https://",
        Cut(SETTINGS, 'if urlsplit(self.public_url).scheme != "https":', "if False:"),
    ),
    "any_host": (
        {"ALLOWED_HOSTS": "*"},
        "ALLOWED_HOSTS=* accepts forged Host headers",
        Cut(SETTINGS, 'if "*" in self.allowed_hosts:', "if False:"),
    ),
    "printed_mail": (
        {"ALLOW_CONSOLE_EMAIL_IN_PRODUCTION": "false"},
        "EMAIL_PROVIDER=console would print one-time links",
        Cut(
            SETTINGS,
            'if self.email_provider == "console" and not self.allow_console',
            "if False and self.allow_console",
        ),
    ),
    "mail_in_clear": (
        SMTP,
        "SMTP_TLS=none sends mail in clear",
        Cut("app/email/providers/smtp.py", "if settings.production and plain and not", "if not True and"),
    ),
    "any_origin_with_credentials": (
        {"CORS_ORIGINS": "*", "CORS_ALLOW_CREDENTIALS": "true"},
        "CORS_ORIGINS=* with CORS_ALLOW_CREDENTIALS",
        Cut(SETTINGS, 'if self.cors_allow_credentials and "*" in self.cors_origins:', "if False:"),
    ),
    "unknown_email_provider": (
        {"EMAIL_PROVIDER": "pigeon"},
        "EMAIL_PROVIDER must be one of",
        Cut("app/email/provider.py", "if settings.email_provider not in PROVIDERS:", "if False:"),
    ),
    "nonsense": (
        {"RATE_LIMIT": "canary-often"},
        "RATE_LIMIT: ",
        Cut(SETTINGS, r'Field(pattern=r"^[1-9]\d*/(second|minute|hour|day)$")', "Field()"),
    ),
    "another_database": (
        {"DATABASE_URL": "oracle://canary-user:canary-password@localhost/app"},
        "DATABASE_URL: ",
        Cut("app/db/engine.py", ', pattern=r"^sqlite\\+aiosqlite://"'),
    ),
    "setting_of_a_feature": (
        {"INVOICE_PAYMENT_DAYS": "-1"},
        "INVOICE_PAYMENT_DAYS: ",
        Cut("app/cli/serve.py", "for kind in discovery.settings_classes():", "for kind in ():"),
    ),
    "misspelt_setting": (
        {".env": "RATE_LIMITS=canary"},
        "RATE_LIMITS: nothing reads this setting; did you mean RATE_LIMIT?",
        Cut("app/cli/serve.py", "if unknown := discovery.unknown_settings():", "if unknown := []:"),
    ),
}


def is_refused(changes: dict[str, str], refusal: str, site: Site) -> None:
    """With one line on standard error, and nothing else."""
    settings = {**site.settings, **PRODUCTION.settings, **changes}
    with ExitStack() as after:
        if content := settings.pop(".env", None):
            file = site.project.path / ".env"
            file.write_text(content)
            after.callback(file.unlink)
        # No machine has this address (RFC 5737): what is not refused ends here, another way.
        command = site.project.run("serve", "--host", "192.0.2.1", settings=settings)
    assert command.code == 2, command.errors
    (line,) = command.errors.splitlines() or [""]
    assert refusal in line
    assert "canary" not in line
    assert command.output == ""


for name, (changes, refusal, cut) in REFUSED.items():
    enter_probe(f"refused_{name}", ALONE, partial(is_refused, changes, refusal), cut)


@probe(
    ALONE,
    Cut(
        "app/cli/serve.py",
        "asyncio.run(wait_for_database(create_engine(database), database.database_start_seconds))",
        "pass",
    ),
    Cut("app/db/startup.py", "hide_password=True", "hide_password=False", on="postgresql"),
)
def refused_unreachable_database(site: Site) -> None:
    """Told once it was waited for, without the password."""
    changes = {"DATABASE_URL": site.database.nowhere, "DATABASE_START_SECONDS": "0"}
    is_refused(changes, "DATABASE_URL: no connection", site)
