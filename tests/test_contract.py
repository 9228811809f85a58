"""The running project keeps to its own OpenAPI document, whatever is sent to it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from launching import Launcher
from rendering import Renderer
from running import Project, Server
from variants import GROUNDS, migrated_database, server_for, settings_on

# Examples for each operation and phase, the same ones each time: about a thousand requests on SQLite. On the
# servers it is only the database that can make a difference.
EXAMPLES = {"sqlite": 10, "session": 10, "postgresql": 4, "mysql": 4}
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
include-name = "POST /api/v1/api-keys"
checks.positive_data_acceptance.expected-statuses = [201, 401, 409, 422, 429]

# This address is also that of an invoice called "summary", which other methods ask for.
[[operations]]
include-path = "/api/v1/invoices/summary"
checks.unsupported_method.enabled = false
checks.allow_header_conformance.enabled = false
"""


@pytest.fixture
def served(
    launcher: Launcher, renderer: Renderer, tmp_path: Path, ground: str, request: pytest.FixtureRequest
) -> Iterator[tuple[Server, str]]:
    """The project of a ground, running with no limit in the way, and the URL of its database."""
    rendered = renderer.render(GROUNDS[ground])
    project = Project(launcher, copytree(rendered, tmp_path / "project"), tmp_path / "rooms")
    url = migrated_database(project, server_for(GROUNDS[ground], request))
    with project.serve(settings={**settings_on(url), **SETTINGS}) as server:
        yield server, url


@pytest.mark.parametrize("ground", GROUNDS)
def test_contract_is_kept(served: tuple[Server, str], ground: str, tmp_path: Path) -> None:
    """No 5xx, no undocumented status, no broken schema; nothing wrong accepted, nothing right refused."""
    server, rows = served
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
            "CONTRACT_DATABASE": rows,
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
