"""The running project keeps to its own OpenAPI document, whatever is sent to it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from time import time

import pytest

from launching import Launcher
from rendering import Renderer
from running import Project, Server
from variants import GROUNDS, migrated_database, server_for, settings_on
from wiring.issuer import issuer

# Examples for each operation and phase, the same ones each time: about a thousand requests on SQLite. On the
# servers it is only the database that can make a difference.
EXAMPLES = {"sqlite": 10, "session": 10, "oidc": 10, "api_key": 10, "postgresql": 4, "mysql": 4}
# Credentials as the contract documents them: a cookie has its name over https.
SETTINGS = {
    "RATE_LIMIT": "1000000/minute",
    "TRUSTED_PROXIES": "127.0.0.1",
    "PUBLIC_URL": "https://api.example.com",
}
CONFIGURATION = """
seed = 1
continue-on-failure = true

[generation]
max-examples = {examples}
deterministic = true

[cache]
enabled = false

[warnings]
fail-on = ["missing_auth"]

# Refused for what the schema cannot say: a stale version, a state, a name that is taken, a link nobody sent.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 401, 403, 404, 409, 412, 429]

[[operations]]
include-path-regex = "/api/v1/auth/(verify-email|confirm-email|reset-password)$"
checks.positive_data_acceptance.expected-statuses = [204, 400]

# A password that is easily guessed.
[[operations]]
include-path-regex = "/api/v1/auth/(register|password)$"
checks.positive_data_acceptance.expected-statuses = [200, 202, 401, 403, 422, 429]

# A scope that nobody has.
[[operations]]
include-path-regex = "/api-keys(/.api_key_id./rotation)?$"
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 422, 429]

# Nobody guesses the password of somebody else, nor the code of an app.
[[operations]]
include-path-regex = "/api/v1/(auth/login|users/me/second-factor/confirmation)$"
warnings = false

# A browser is sent elsewhere, and no answer of a provider fits a login that no browser has begun.
[[operations]]
include-name = "GET /api/v1/auth/login"
checks.positive_data_acceptance.expected-statuses = [303]

[[operations]]
include-name = "GET /api/v1/auth/callback"
checks.positive_data_acceptance.expected-statuses = [400]

# This address is also that of an invoice called "summary", which other methods ask for.
[[operations]]
include-path = "/api/v1/invoices/summary"
checks.unsupported_method.enabled = false
checks.allow_header_conformance.enabled = false
"""


@dataclass(frozen=True)
class Served:
    """A running project, the URL of its database and, where nobody logs in by password, what opens it."""

    server: Server
    database: str
    token: str = ""


@pytest.fixture
def served(
    launcher: Launcher, renderer: Renderer, tmp_path: Path, ground: str, request: pytest.FixtureRequest
) -> Iterator[Served]:
    """The project of a ground, running with no limit in the way."""
    rendered = renderer.render(GROUNDS[ground])
    project = Project(launcher, copytree(rendered, tmp_path / "project"), tmp_path / "rooms")
    url = migrated_database(project, server_for(GROUNDS[ground], request))
    settings = {**settings_on(url), **SETTINGS}
    with ExitStack() as stack:
        token = ""
        if ground == "oidc":
            provider = stack.enter_context(issuer())
            settings |= provider.settings
            token = provider.token(provider.claims("Ann", roles=["admin"], exp=int(time()) + 3600))
        if ground == "api_key":
            made = project.run(
                "user", "create-service", "operator", "--admin", "--every-scope", settings=settings
            )
            token = made.output.strip()
        server = stack.enter_context(project.serve(settings=settings))
        yield Served(server, url, token)


@pytest.mark.parametrize("ground", GROUNDS)
def test_contract_is_kept(served: Served, ground: str, tmp_path: Path) -> None:
    """No 5xx, no undocumented status, no broken schema; nothing wrong accepted, nothing right refused."""
    server = served.server
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION.format(examples=EXAMPLES[ground]))
    url = f"http://127.0.0.1:{server.port}"
    run = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(Path(__file__).parent),
            "SCHEMATHESIS_HOOKS": "contract_hooks",
            "CONTRACT_URL": url,
            "CONTRACT_AUTH": GROUNDS[ground].get("auth", "jwt"),
            "CONTRACT_DATABASE": served.database,
            "CONTRACT_TOKEN": served.token,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    unexpected = {"unexpected_error", "after_commit_failed", "after_rollback_failed", "worker_error"}
    assert [line for line in server.lines() if line["event"] in unexpected] == []
    asked = {
        (line["method"], line["route"])
        for line in server.lines()
        if line["event"] == "request" and line["status"] < 300
    }
    assert asked >= {
        ("POST", "/api/v1/invoices"),
        ("GET", "/api/v1/invoices/{invoice_id}"),
        ("PATCH", "/api/v1/users/me"),
    }
