"""What a migration of yours does to the data that is there."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.models import LoginSession
from app.db import utc_now
from app.users import User
from app.users import repository as users
from tests.cli.conftest import Api, in_database
from tests.fixtures.backend import TRANSACTIONAL_DDL

Write = Callable[[str], None]
REVISION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "a1", None, ("app",), None

def upgrade():
    {}
"""


@pytest.fixture
def write(api: Api, project: Path) -> Write:
    """`write("op.…")`: a revision that does this, in a database that has the platform's tables."""
    assert 0 == api("db", "upgrade").code

    def revision(code: str) -> None:
        file = project / "migrations" / "versions" / "a1.py"
        file.write_text(REVISION.format(code), "utf-8")

    return revision


def count() -> tuple[int, int]:
    """How many users and logins there are."""

    async def work(session: AsyncSession) -> tuple[int, int]:
        numbers = [await session.scalar(select(func.count()).select_from(m)) for m in (User, LoginSession)]
        return numbers[0] or 0, numbers[1] or 0

    return in_database(work)


@pytest.fixture
def rows(write: Write) -> None:
    """A user, and a login that refers to it."""

    async def work(session: AsyncSession) -> None:
        ann = await users.add(session, User(email="ann@example.com"))
        session.add(LoginSession(user_id=ann.id, expires_at=utc_now() + timedelta(days=1)))

    in_database(work)


def test_a_table_that_changes_keeps_what_refers_to_it(api: Api, write: Write, rows: None) -> None:
    """Also on a database that alters a table by making it anew."""
    change = 'alter_column("name", new_column_name="alias", existing_type=sa.String(200))'
    write(f'with op.batch_alter_table("users") as batch: batch.{change}')

    result = api("db", "upgrade")

    assert (0, (1, 1)) == (result.code, count())


def test_no_row_is_left_that_refers_to_nothing(api: Api, write: Write, rows: None) -> None:
    """What is deleted takes along what belongs to it, or may not be deleted."""
    write('op.execute("DELETE FROM users")')

    with suppress(ValueError):
        api("db", "upgrade")

    assert count() in {(0, 0), (1, 1)}


@pytest.mark.skipif(not TRANSACTIONAL_DDL, reason="MySQL commits each change of a table at once")
def test_what_fails_leaves_nothing_behind(api: Api, write: Write) -> None:
    """Once mended, it can be applied as if it had never been tried."""
    step = 'op.create_table("paints", sa.Column("id", sa.Integer(), primary_key=True))'
    write(f"{step}; raise LookupError")
    with pytest.raises(LookupError):
        api("db", "upgrade")

    write(step)

    assert 0 == api("db", "upgrade").code
