"""Writing the audit trail: in the transaction of what it tells of, or after the rollback of a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEvent, Result
from app.db import after_rollback, origin_of, utc_now


@dataclass(frozen=True)
class Event:
    """What happened: an action such as `login`, who did it, and to which `(type, id)`.

    Details hold no secret, and of a person no more than they must: the trail is kept for long.
    """

    action: str
    actor_id: UUID | None = None
    resource: tuple[str, object] | None = None
    details: Mapping[str, object] = field(default_factory=dict)


def record(session: AsyncSession, event: Event) -> None:
    """Write down what is done: the row is there when, and only when, what it tells of is."""
    session.add(AuditEvent(**_columns(session, event, Result.DONE)))


def record_refusal(session: AsyncSession, event: Event) -> None:
    """Write down what is refused: call it before raising the error whose rollback it outlives."""
    after_rollback(session, partial(_add, _columns(session, event, Result.REFUSED)))


async def _add(columns: Mapping[str, Any], session: AsyncSession) -> None:
    session.add(AuditEvent(**columns))


def _columns(session: AsyncSession, event: Event, result: Result) -> dict[str, Any]:
    kind, identifier = event.resource or (None, None)
    origin = origin_of(session)
    return {
        "occurred_at": utc_now(),
        "action": event.action,
        "result": result,
        "actor_id": event.actor_id,
        "resource_type": kind,
        "resource_id": None if identifier is None else str(identifier)[:200],
        "address": origin.address,
        "user_agent": origin.user_agent,
        "request_id": origin.request_id,
        "details": dict(event.details),
    }
