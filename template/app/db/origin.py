"""Where a unit of work came from, for whoever writes it down."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True)
class Origin:
    """The request behind a session. A command or the worker has none."""

    address: str | None = None
    user_agent: str | None = None
    request_id: str | None = None


def origin_of(session: AsyncSession) -> Origin:
    """Where this session's work came from."""
    origin: Origin = session.info.get("origin", Origin())
    return origin


def set_origin(session: AsyncSession, origin: Origin) -> None:
    """Tell it; the Router does, for each request."""
    session.info["origin"] = origin
