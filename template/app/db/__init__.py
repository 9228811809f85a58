"""The database: models derive from Base, endpoints ask for `Session`, everything else is private."""

from app.db.base import Base, Identified, Timestamped, Versioned
from app.db.columns import Bytes, Id, UtcDateTime, new_id, utc_now
from app.db.origin import Origin, origin_of, set_origin
from app.db.repository import Owned, OwnedRepository
from app.db.session import Database, Session, after_commit, after_rollback, afterwards, apart, first

__all__ = [
    "Base",
    "Bytes",
    "Database",
    "Id",
    "Identified",
    "Origin",
    "Owned",
    "OwnedRepository",
    "Session",
    "Timestamped",
    "UtcDateTime",
    "Versioned",
    "after_commit",
    "after_rollback",
    "afterwards",
    "apart",
    "first",
    "new_id",
    "origin_of",
    "set_origin",
    "utc_now",
]
