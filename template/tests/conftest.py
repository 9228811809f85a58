"""What every test can ask for; the fixtures stand in `fixtures/`, one concern a file."""

import pytest

pytest_plugins = [
    "tests.fixtures.environment",
    "tests.fixtures.logs",
    "tests.fixtures.credentials",
    "tests.fixtures.shared_store",
    "tests.fixtures.backend",
    "tests.fixtures.database",
    "tests.fixtures.apps",
    "tests.fixtures.accounts",
    "tests.fixtures.trail",
    "tests.fixtures.mails",
    "tests.fixtures.query_plans",
]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """One event loop for the whole process, so that the engine lives as long as it."""
    return "asyncio"
