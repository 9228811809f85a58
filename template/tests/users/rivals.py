"""Two administrators at the same time."""

from httpx2 import AsyncClient
from sqlalchemy import func, select

from app.db import Database
from app.users import Role, User

USERS, ME = "/api/v1/users", "/api/v1/users/me"


async def left(database: Database) -> int:
    query = select(func.count()).where(User.role == Role.ADMIN, User.disabled_at.is_(None))
    return await database.run(lambda session: session.scalar(query)) or 0


async def path_of(client: AsyncClient) -> str:
    return f"{USERS}/{(await client.get(ME)).json()['id']}"
