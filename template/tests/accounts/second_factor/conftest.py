"""Time stands still: a code is good for half a minute."""

from collections.abc import Iterator

import pytest
import time_machine
from fastapi import FastAPI

from app.db import utc_now
from tests.rules.requests import NoStore

Clock = time_machine.Traveller


@pytest.fixture(autouse=True)
def clock() -> Iterator[Clock]:
    """`clock.shift(30)` is the next step of an authenticator app."""
    with time_machine.travel(utc_now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """Without rate limits: they would stop a guesser long before."""
    app.state.shared_store = NoStore()
    return app
