"""Cursor pages."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth import CurrentUser, require
from app.db import Database, Session, utc_now
from app.http import Router
from app.pagination import Page, Paging, paginate, paginate_mine
from app.users import repository as users
from app.validation import ResponseModel
from tests.fixtures import notes
from tests.fixtures.accounts import Login
from tests.fixtures.apps import MakeApp
from tests.fixtures.notes import READ, SORTS, Note, NoteRead, Notes


class Label(ResponseModel):
    label: str


@pytest.fixture
def app(make_app: MakeApp) -> FastAPI:
    return make_app(notes.router)


async def write(database: Database, *titles: str) -> None:
    """Notes of alice, three of each rank, all of one moment but the first of each rank."""

    async def work(session: AsyncSession) -> None:
        alice = await users.by_email(session, "alice@example.com")
        assert alice is not None
        now = utc_now()
        for number, title in enumerate(titles):
            note = Note(title=title, rank=number // 3, created_at=now - timedelta(days=number % 3 == 0))
            await Notes(session, alice.id).add(note)

    await database.run(work)


def next_page(response: Response) -> str:
    target, relation = response.headers["link"].split("; ")
    assert 'rel="next"' == relation
    return target.strip("<>")


async def walk(client: AsyncClient, path: str = "/notes", **params: Any) -> list[list[str]]:
    """The titles of every page, following the Link header."""
    pages, response = [], await client.get(path, params=params)
    while True:
        assert 200 == response.status_code, response.text
        page = response.json()
        pages.append([note.get("title") or note["label"] for note in page["items"]])
        if page["next_cursor"] is None:
            assert "link" not in response.headers
            return pages
        response = await client.get(next_page(response))


@pytest.mark.parametrize("limit", [2, 7])
@pytest.mark.parametrize("sort", list(SORTS))
async def test_walking_the_pages_meets_each_row_once(
    alice: AsyncClient, database: Database, sort: str, limit: int
) -> None:
    """In every order, up and down, also among rows that are equal in it."""
    titles = [f"n{number}" for number in range(7)]
    await write(database, *titles)

    pages = await walk(alice, sort=sort, limit=limit)

    walked = [title for page in pages for title in page]
    whole = [note["title"] for note in (await alice.get("/notes", params={"sort": sort})).json()["items"]]
    assert sorted(titles) == sorted(walked)
    assert whole == walked
    assert [limit] * (len(pages) - 1) == [len(page) for page in pages[:-1]]


@pytest.mark.parametrize("descending", [False, True])
async def test_rows_that_come_and_go_meanwhile_disturb_nobody(
    alice: AsyncClient, database: Database, descending: bool
) -> None:
    """A page starts behind the last row seen, though that row is gone and others came before it."""
    await write(database, "b", "d", "f", "h")
    first = await alice.get("/notes", params={"limit": 2, "sort": "-title" if descending else "title"})

    async def change(session: AsyncSession) -> None:
        await session.execute(delete(Note).where(Note.title.in_(("d", "f"))))

    await database.run(change)
    await write(database, "a", "c", "e", "g", "i")
    rest = await alice.get(next_page(first).replace("limit=2", "limit=9"))

    expected = ["e", "c", "b", "a"] if descending else ["e", "g", "h", "i"]
    assert expected == [note["title"] for note in rest.json()["items"]]


async def test_an_empty_list_is_one_empty_page(alice: AsyncClient) -> None:
    """Without a cursor."""
    assert {"items": [], "next_cursor": None} == (await alice.get("/notes")).json()


async def test_an_item_can_show_what_is_no_column(
    make_app: MakeApp, login: Login, database: Database
) -> None:
    """A property of the row, such as one made of two columns."""
    router = Router(prefix="/labels")

    @router.get("")
    @require(READ)
    async def list_labels(session: Session, current: CurrentUser, paging: Paging) -> Page[Label]:
        return await paginate(session, Notes(session, current.id).mine(), SORTS["-title"], paging, Label)

    alice = await login("alice@example.com", app=make_app(router))
    await write(database, "a", "b", "c", "d")

    first = await alice.get("/labels", params={"limit": 3})
    rest = await alice.get(next_page(first))

    assert ["1: d", "0: c", "0: b"] == [item["label"] for item in first.json()["items"]]
    assert ["0: a"] == [item["label"] for item in rest.json()["items"]]


@require(READ)
async def of_rank(
    session: Session, current: CurrentUser, paging: Paging, rank: int | None = None
) -> Page[NoteRead]:
    return await paginate_mine(Notes(session, current.id), SORTS["title"], paging, NoteRead, rank=rank)


@require(READ)
async def above_rank(session: Session, current: CurrentUser, paging: Paging) -> Page[NoteRead]:
    query = Notes(session, current.id).mine().where(Note.rank > 0)
    return await paginate(session, query, SORTS["title"], paging, NoteRead)


@require(READ)
async def labels(session: Session, current: CurrentUser, paging: Paging, rank: int) -> Page[Label]:
    return await paginate_mine(Notes(session, current.id), SORTS["title"], paging, Label, rank=rank)


@pytest.mark.parametrize(
    ("endpoint", "params", "expected"),
    [
        (of_rank, {"rank": 1}, [["d", "e"], ["f"]]),
        (of_rank, {}, [["a", "b"], ["c", "d"], ["e", "f"], ["g"]]),
        (above_rank, {}, [["d", "e"], ["f", "g"]]),
        (labels, {"rank": 1}, [["1: d", "1: e"], ["1: f"]]),
    ],
)
async def test_some_of_the_rows_have_pages_of_their_own(
    make_app: MakeApp, login: Login, database: Database, endpoint: Any, params: dict[str, Any], expected: Any
) -> None:
    """Those with a value in a column, or of any query; other people's never."""
    router = Router(prefix="/some")
    router.add_api_route("", endpoint, response_model=endpoint.__annotations__["return"])
    app = make_app(router)
    bob, alice = await login("bob@example.com", app=app), await login("alice@example.com", app=app)
    await write(database, *"abcdefg")

    pages = await walk(alice, "/some", limit=2, **params)

    assert expected == pages
    assert [[]] == await walk(bob, "/some", **params)


async def test_a_cursor_leads_to_nobody_elses_rows(
    alice: AsyncClient, bob: AsyncClient, database: Database
) -> None:
    """It names a place in an order, not whose rows."""
    await write(database, "a", "b", "c")
    cursor = (await alice.get("/notes", params={"limit": 1})).json()["next_cursor"]

    assert [] == (await bob.get("/notes", params={"cursor": cursor})).json()["items"]


@pytest.mark.parametrize(
    "forge",
    [
        lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]),
        lambda raw: raw.replace(b'"title"', b'"ranks"'),
        lambda raw: raw[:-16] + bytes(16),
        lambda raw: raw[:4] + raw[5:],
        lambda raw: b"x" * 40,
    ],
    ids=["signature", "order", "no signature", "shortened", "invented"],
)
async def test_a_forged_cursor_is_refused(alice: AsyncClient, database: Database, forge: Any) -> None:
    """Each is signed: nobody can search the table by inventing them."""
    await write(database, "a", "b")
    cursor = (await alice.get("/notes", params={"limit": 1})).json()["next_cursor"]
    raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    forged = urlsafe_b64encode(forge(raw)).rstrip(b"=").decode()

    response = await alice.get("/notes", params={"cursor": forged})

    assert (422, "invalid_cursor") == (response.status_code, response.json()["code"])


async def test_a_cursor_of_another_order_is_refused(alice: AsyncClient, database: Database) -> None:
    """Its value would mean something else there."""
    await write(database, "a", "b")
    cursor = (await alice.get("/notes", params={"limit": 1})).json()["next_cursor"]

    response = await alice.get("/notes", params={"cursor": cursor, "sort": "-title"})

    assert (422, "invalid_cursor") == (response.status_code, response.json()["code"])


async def test_a_cursor_of_another_service_is_refused(
    alice: AsyncClient, login: Login, make_app: MakeApp, database: Database
) -> None:
    """It was signed with another key."""
    await write(database, "a", "b")
    elsewhere = make_app(notes.router, secret_key="another service's key, as long as ours")
    alice_there = await login("alice@example.com", app=elsewhere)
    cursor = (await alice_there.get("/notes", params={"limit": 1})).json()["next_cursor"]

    response = await alice.get("/notes", params={"cursor": cursor})

    assert (422, "invalid_cursor") == (response.status_code, response.json()["code"])


@pytest.mark.parametrize("cursor", ["short", "x" * 513, "with spaces and / other + signs", "A" * 25])
async def test_a_cursor_that_is_none_is_refused(alice: AsyncClient, cursor: str) -> None:
    """By its form already, or because it cannot be decoded."""
    assert 422 == (await alice.get("/notes", params={"cursor": cursor})).status_code


@pytest.mark.parametrize("limit", ["0", "-1", "101", "many"])
async def test_a_page_is_bounded(alice: AsyncClient, limit: str) -> None:
    """Between 1 and 100 rows."""
    response = await alice.get("/notes", params={"limit": limit})

    assert (422, "/query/limit") == (response.status_code, response.json()["errors"][0]["pointer"])


async def test_the_link_keeps_what_was_asked(alice: AsyncClient, database: Database) -> None:
    """Sort order and limit stay, and the path is told without the host, which a proxy may have changed."""
    await write(database, "a", "b", "c")

    response = await alice.get("/notes", params={"limit": 1, "sort": "-title"})

    cursor = response.json()["next_cursor"]
    assert f'</notes?limit=1&sort=-title&cursor={cursor}>; rel="next"' == response.headers["link"]
