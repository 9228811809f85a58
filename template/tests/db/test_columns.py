"""Column types."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from sqlalchemy.dialects import sqlite

from app.db import UtcDateTime, new_id, utc_now

DIALECT = sqlite.dialect()
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_ids_are_version_7_and_ordered_by_time() -> None:
    """RFC 9562 section 5.7: an index on them grows at its end."""
    before = utc_now() - timedelta(milliseconds=1)
    ids = [new_id() for _ in range(3)]

    assert [(7, "specified in RFC 4122")] * 3 == [(i.version, i.variant) for i in ids]
    assert ids[0].int >> 80 >= before.timestamp() * 1000 - 1
    assert 3 == len(set(ids))
    assert all(isinstance(i, UUID) for i in ids)


def test_a_moment_is_stored_in_utc() -> None:
    """Whatever its zone was."""
    east = NOON.astimezone(timezone(timedelta(hours=5)))

    stored = UtcDateTime().process_bind_param(east, DIALECT)

    assert (NOON, UTC) == (stored, stored and stored.tzinfo)


def test_a_moment_comes_back_with_its_zone() -> None:
    """Also from a database that keeps none."""
    naive = NOON.replace(tzinfo=None)

    assert NOON == UtcDateTime().process_result_value(naive, DIALECT)
    assert NOON == UtcDateTime().process_result_value(NOON, DIALECT)


def test_a_moment_without_zone_is_refused() -> None:
    """Nobody could tell which one it is."""
    with pytest.raises(ValueError, match="without a zone"):
        UtcDateTime().process_bind_param(NOON.replace(tzinfo=None), DIALECT)


def test_no_moment_stays_none() -> None:
    """NULL goes in and comes out."""
    kind = UtcDateTime()

    assert (None, None) == (kind.process_bind_param(None, DIALECT), kind.process_result_value(None, DIALECT))
