"""What the server loads."""

import gc
from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from app import asgi, main


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """What is frozen here is collected again afterwards."""
    yield
    gc.unfreeze()


def test_a_start_looks_for_no_garbage(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """Afterwards the collector runs, and leaves alone what is there to stay."""
    collecting: list[bool] = []

    def create_app() -> FastAPI:
        collecting.append(gc.isenabled())
        return app

    monkeypatch.setattr(main, "create_app", create_app)
    before = gc.get_freeze_count()

    assert app is asgi.create_app()
    assert [False] == collecting
    assert (True, True) == (gc.isenabled(), before < gc.get_freeze_count())


def test_a_start_that_fails_leaves_the_collector_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever catches the error goes on as before."""

    def create_app() -> FastAPI:
        raise RuntimeError("no")

    monkeypatch.setattr(main, "create_app", create_app)

    with pytest.raises(RuntimeError):
        asgi.create_app()
    assert gc.isenabled()
