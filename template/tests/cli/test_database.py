"""`api db`: writing and applying migrations, in a copy of the project's own."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Table

from app.db import Base, Id, UtcDateTime
from app.discovery import import_models
from tests.cli.conftest import Api


@pytest.fixture
def add_table() -> Iterator[Callable[[str], None]]:
    """Give the service a table more, for one test."""
    import_models()
    added = []

    def add(name: str) -> None:
        columns: list[Column[Any]] = [Column("id", Id(), primary_key=True), Column("made_at", UtcDateTime())]
        added.append(Table(name, Base.metadata, *columns))

    yield add
    for table in added:
        Base.metadata.remove(table)


def revision(project: Path, slug: str) -> tuple[str, dict[str, str]]:
    """The code of the revision with this message, and what its variables say."""
    [file] = (project / "migrations" / "versions").glob(f"*_{slug}.py")
    code = file.read_text("utf-8")
    return code, dict(re.findall(r"^(\w+) = (.*)$", code, re.MULTILINE))


def test_the_first_revision_opens_your_line(
    api: Api, project: Path, add_table: Callable[[str], None]
) -> None:
    """Beside the platform's, behind what that has now; with the service's own column types."""
    api("db", "upgrade")
    add_table("paints")

    result = api("db", "revision", "-m", "paints")

    code, says = revision(project, "paints")
    assert 0 == result.code, result.err
    assert ("None", ["app"], ["p0001"]) == (
        says["down_revision"],
        re.findall(r"\w+", says["branch_labels"]),
        re.findall(r"\w+", says["depends_on"]),
    )
    assert (
        'op.create_table(\n        "paints",\n        sa.Column("id", columns.Id(), nullable=False),' in code
    )
    assert 'op.drop_table("paints")' in code


def test_a_later_revision_continues_it(api: Api, project: Path, add_table: Callable[[str], None]) -> None:
    """With nothing of what came before."""
    for name in ("paints", "brushes"):
        api("db", "upgrade")
        add_table(name)
        assert 0 == api("db", "revision", "-m", name).code

    code, says = revision(project, "brushes")
    assert (revision(project, "paints")[1]["revision"], "None", "None") == (
        says["down_revision"],
        says["branch_labels"],
        says["depends_on"],
    )
    assert '"brushes"' in code
    assert '"paints"' not in code


def test_what_was_written_can_be_applied_and_taken_back(
    api: Api, project: Path, add_table: Callable[[str], None]
) -> None:
    """And then models and migrations agree, or do not."""
    api("db", "upgrade")
    add_table("paints")
    api("db", "revision", "-m", "paints")

    done = [api("db", *words).code for words in (["upgrade"], ["check"], ["downgrade", "app@-1"], ["check"])]

    assert [0, 0, 0, 1] == done


def test_a_missing_migration_is_told(api: Api, project: Path, add_table: Callable[[str], None]) -> None:
    """And how to write it."""
    api("db", "upgrade")
    add_table("paints")

    result = api("db", "check")

    assert 1 == result.code
    assert "paints" in result.err
    assert "Write a migration: uv run api db revision -m" in result.err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["upgrade", "unknown"], "Can't locate revision identified by 'unknown'"),
        (["downgrade", "unknown"], "Can't locate revision identified by 'unknown'"),
        (["revision", "-m", "paints"], "Target database is not up to date."),
        (["check"], "Target database is not up to date."),
    ],
)
def test_a_database_that_is_behind_is_told(api: Api, project: Path, arguments: list[str], why: str) -> None:
    """So is a revision there is not: the reason, and no traceback."""
    result = api("db", *arguments)

    assert 1 == result.code
    assert why == result.err.splitlines()[0]
    assert "Traceback" not in result.err


def test_a_migration_taken_back_can_be_applied_again(api: Api, project: Path) -> None:
    """Down to nothing and up."""
    done = [api("db", *words).code for words in (["upgrade"], ["downgrade", "base"], ["upgrade"])]

    assert [0, 0, 0] == done


@pytest.mark.parametrize(
    "arguments", [["upgrade"], ["check"], ["downgrade", "base"], ["revision", "-m", "x"]]
)
def test_a_wrong_setting_is_one_line(
    api: Api, project: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """Without its value."""
    monkeypatch.setenv("DATABASE_URL", "canary-7")

    result = api("db", *arguments)

    assert (2, 1) == (result.code, len(result.err.splitlines()))
    assert result.err.startswith("DATABASE_URL: ")
    assert "canary" not in result.err
