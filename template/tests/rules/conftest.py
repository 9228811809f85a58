"""The whole service, as the rules look at it."""

import pytest
from fastapi import FastAPI

from app.main import create_app
from app.settings import Environment, Settings, load
from tests.rules.operations import Operation, operations_of
from tests.rules.requests import NoStore


@pytest.fixture(scope="session")
def development_app(database_url: str) -> FastAPI:
    """The application with everything it ever serves: the docs and the mailbox too."""
    return create_app(load(Settings, environment=Environment.DEVELOPMENT))


@pytest.fixture(scope="session")
def operations(development_app: FastAPI) -> list[Operation]:
    """Every operation of the service."""
    return operations_of(development_app)


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """The application without limits: these tests ask it for everything."""
    app.state.shared_store = NoStore()
    return app
