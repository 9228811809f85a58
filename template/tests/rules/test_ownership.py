"""Somebody else's things do not exist: no id, guessed or known, opens another one's row."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import FastAPI
from httpx2 import AsyncClient, Response
from pydantic import AfterValidator
from sqlalchemy import select

from app.auth import CurrentUser, require
from app.db import Session
from app.errors import NotFound
from app.http import Router
from tests.fixtures import notes
from tests.fixtures.accounts import Login
from tests.fixtures.apps import MakeApp
from tests.fixtures.notes import Note
from tests.rules.operations import Operation, operations_of, refuse
from tests.rules.requests import make_ids, send

FIX = "start every query at `OwnedRepository.mine()`"


async def open_doors(operations: Sequence[Operation], owner: AsyncClient, stranger: AsyncClient) -> list[str]:
    """With an id that nobody has, and with one of the owner's, a stranger gets the same: 404.

    403 will do where the caller's role, which is not looked up by the id, forbids the route altogether.
    """
    offenders: list[str] = []
    made: dict[str, str] = {}
    for operation in operations:
        if "{" not in operation.path or not operation.schema or operation.is_marked("public"):
            continue
        ids = await make_ids(owner, operation, operations, made)
        nobodys, owners = await send(stranger, operation), await send(stranger, operation, ids)
        if nobodys.status_code == 422:
            offenders.append(f"{operation}: no request can be made, name `examples=[…]`: {nobodys.text}")
        elif nobodys.status_code not in {403, 404}:
            offenders.append(f"{operation}: answers {nobodys.status_code} for an id that nothing has; {FIX}")
        elif _meaning(nobodys) != _meaning(owners):
            offenders.append(f"{operation}: answers {owners.status_code} for somebody else's id; {FIX}")
    return offenders


def _meaning(response: Response) -> tuple[int, str]:
    problem = response.status_code >= 400
    return response.status_code, response.json()["code"] if problem else ""


async def test_nobody_reaches_anothers_things(app: FastAPI, alice: AsyncClient, bob: AsyncClient) -> None:
    refuse(await open_doors(operations_of(app), alice, bob))


def even(number: int) -> int:
    if number % 2:
        raise ValueError("not even")
    return number


Even = Annotated[int, AfterValidator(even)]


async def test_a_route_that_shows_anothers_things_is_seen(make_app: MakeApp, login: Login) -> None:
    router = Router(prefix="/notes/{note_id}")

    @router.get("/title")
    @require(notes.READ)
    async def title(session: Session, current: CurrentUser, note_id: UUID) -> str:
        if (note := await session.get(Note, note_id)) is None:
            raise NotFound
        return note.title

    @router.put("/star")
    @require(notes.READ)
    async def star(session: Session, current: CurrentUser, note_id: UUID) -> None: ...

    @router.put("/tags/{tag}")
    @require(notes.READ)
    async def tag(session: Session, current: CurrentUser, note_id: UUID, tag: Even) -> None: ...

    app = make_app(notes.router, router)
    alice, bob = await login("alice@example.com", app=app), await login("bob@example.com", app=app)

    operations = [operation for operation in operations_of(app) if operation.path.startswith("/notes")]
    shown, blind, unmade = await open_doors(operations, alice, bob)
    assert "GET /notes/{note_id}/title" in shown
    assert "answers 200 for somebody else's id" in shown
    assert "PUT /notes/{note_id}/star" in blind
    assert "answers 200 for an id that nothing has" in blind
    assert "PUT /notes/{note_id}/tags/{tag}" in unmade
    assert "name `examples=[…]`" in unmade


async def test_a_route_to_what_is_only_listed_is_tried(make_app: MakeApp, login: Login) -> None:
    router = Router(prefix="/listed")

    @router.get("")
    @require(notes.READ)
    async def listed(session: Session, current: CurrentUser) -> list[dict[str, UUID]]:
        return [{"id": note_id} for note_id in await session.scalars(select(Note.id))]

    @router.get("/{note_id}")
    @require(notes.READ)
    async def shown(session: Session, current: CurrentUser, note_id: UUID) -> str:
        if (note := await session.get(Note, note_id)) is None:
            raise NotFound
        return note.title

    app = make_app(notes.router, router)
    alice, bob = await login("alice@example.com", app=app), await login("bob@example.com", app=app)
    await alice.post("/notes", json={"title": "Listed"})

    operations = [operation for operation in operations_of(app) if operation.path.startswith("/listed")]
    [offender] = await open_doors(operations, alice, bob)
    assert "GET /listed/{note_id}" in offender
    assert "answers 200 for somebody else's id" in offender
