"""What a probe is, and how the servers are set up that probes run against.

A probe is a function that sees one promise kept, or raises AssertionError. Its decorator names the wires that
the promise hangs on: with any of them cut, the probe must fail.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from styles import WITH_PASSWORDS
from variants import GROUNDS
from wiring.cuts import Cut
from wiring.site import Site


@dataclass(frozen=True)
class Setup:
    """The settings of a server. Without one, the probe starts what it needs."""

    name: str
    settings: Mapping[str, str] = field(default_factory=dict, hash=False)
    serves: bool = True


@dataclass(frozen=True)
class Probe:
    """One promise, seen from outside."""

    name: str
    setup: Setup
    cuts: tuple[Cut, ...]
    look: Callable[[Site], None]
    # The databases on which there is nothing to see, and why; the one style of authentication that keeps it.
    exempt: Mapping[str, str] = field(default_factory=dict, hash=False)
    auth: str | None = None

    @property
    def grounds(self) -> list[str]:
        """Those of its style of authentication; of every style with passwords, where it names none."""
        styles = WITH_PASSWORDS if self.auth is None else {self.auth}
        return [name for name, answers in GROUNDS.items() if answers.get("auth", "jwt") in styles]

    def exemption(self, ground: str) -> str | None:
        """Why there is nothing to see on this one."""
        return self.exempt.get(GROUNDS[ground].get("database", "sqlite"))


PROBES: list[Probe] = []

BEHIND_PROXY = {"TRUSTED_PROXIES": "127.0.0.1"}
UNLIMITED = {"RATE_LIMIT": "1000000/minute"}
DEVELOPMENT = Setup(
    "development", {"ENVIRONMENT": "development", "LOG_JSON": "true", **BEHIND_PROXY, **UNLIMITED}
)
PRODUCTION = Setup(
    "production",
    {
        "ENVIRONMENT": "production",
        "PUBLIC_URL": "https://api.example.com",
        "ALLOWED_HOSTS": "127.0.0.1",
        "ALLOW_CONSOLE_EMAIL_IN_PRODUCTION": "true",
        **BEHIND_PROXY,
        **UNLIMITED,
    },
)
BROWSER = Setup("browser", {"CORS_ORIGINS": "https://app.example.com", **UNLIMITED})
DIRECT = Setup("direct", {"TRUSTED_PROXIES": "192.0.2.1", **UNLIMITED})
LIMITED = Setup("limited", {"RATE_LIMIT": "5/hour", **BEHIND_PROXY})
# Of two limits the first one counts: that for a lock, that for a statement.
BUSY = Setup(
    "busy",
    {
        "DATABASE_TIMEOUT_SECONDS": "0.6",
        "DATABASE_STATEMENT_TIMEOUT_SECONDS": "4",
        "WORKER_IN_PROCESS": "false",
        **BEHIND_PROXY,
        **UNLIMITED,
    },
)
HURRIED = Setup(
    "hurried",
    {**BUSY.settings, "DATABASE_TIMEOUT_SECONDS": "4", "DATABASE_STATEMENT_TIMEOUT_SECONDS": "0.6"},
)
ALONE = Setup("alone", UNLIMITED, serves=False)
# Its probes bring the identity provider, and start the server that knows where it is.
OIDC = Setup("oidc", {**BEHIND_PROXY, **UNLIMITED}, serves=False)

Look = Callable[[Site], None]


def probe(setup: Setup, *cuts: Cut, auth: str | None = None, **exempt: str) -> Callable[[Look], Look]:
    """Enter a function into the list of probes; `mysql="why"` leaves out a database."""

    def enter(look: Look) -> Look:
        enter_probe(look.__name__, setup, look, *cuts, auth=auth, **exempt)
        return look

    return enter


def enter_probe(
    name: str, setup: Setup, look: Look, *cuts: Cut, auth: str | None = None, **exempt: str
) -> None:
    """Enter a function under a name of its own."""
    PROBES.append(Probe(name, setup, cuts, look, exempt, auth))
