"""openapi.json, the contract that clients rely on: it changes on purpose, never by the way."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from app.cli.inspect import contract
from app.db.migrations import ROOT
from tests.rules.operations import refuse

FIX = "run `uv run api openapi`, look at the difference and commit it"


def stale(file: Path, code: str) -> Iterator[str]:
    """The committed contract says what the code does."""
    if not file.exists():
        yield f"{file.name} is not there: {FIX}"
        return
    committed, real = (dict(_parts(json.loads(text))) for text in (file.read_text("utf-8"), code))
    for name in sorted(committed.keys() | real.keys()):
        if committed.get(name) != real.get(name):
            change = "is new" if name not in committed else "is gone" if name not in real else "has changed"
            yield f"{name} {change} against {file.name}: {FIX}"


def _parts(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each operation and each schema by its name, and all the rest."""
    for path, item in document.pop("paths", {}).items():
        yield from ((f"{method.upper()} {path}", operation) for method, operation in item.items())
    yield from document.get("components", {}).pop("schemas", {}).items()
    yield "the rest of the document", document


def test_the_contract_is_current(built_app: FastAPI) -> None:
    refuse(stale(ROOT / "openapi.json", contract(built_app)))


def test_a_missing_contract_is_seen(tmp_path: Path) -> None:
    assert [f"openapi.json is not there: {FIX}"] == list(stale(tmp_path / "openapi.json", "{}"))


@pytest.mark.parametrize(
    ("committed", "offenders"),
    [
        ({"paths": {"/a": {"get": {}}}}, []),
        ({}, ["GET /a is new"]),
        ({"paths": {"/a": {"get": {}, "put": {}}}}, ["PUT /a is gone"]),
        ({"paths": {"/a": {"get": {"summary": "A"}}}}, ["GET /a has changed"]),
        ({"paths": {"/a": {"get": {}}}, "components": {"schemas": {"A": {}}}}, ["A is gone", "the rest"]),
    ],
)
def test_a_contract_that_is_not_current_is_seen(tmp_path: Path, committed: Any, offenders: list[str]) -> None:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(committed), "utf-8")

    lines = list(stale(file, json.dumps({"paths": {"/a": {"get": {}}}})))
    assert len(offenders) == len(lines)
    assert all(line.startswith(offender) for line, offender in zip(lines, offenders, strict=True))
