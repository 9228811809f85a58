"""What went wrong in the database, in terms that are the same for every database."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import event
from sqlalchemy.engine import Engine, ExceptionContext
from sqlalchemy.exc import DataError

# What drivers raise, instead of an error of the database, for a value that they cannot send.
REFUSED_BY_DRIVER = (UnicodeEncodeError, OverflowError)


class FailureKind(StrEnum):
    """What a failure means for whoever asked."""

    UNIQUE = "unique"  # the value is taken
    REFERENCE = "reference"  # it refers to a row that is not there, or a row refers to it
    REQUIRED = "required"  # NOT NULL
    CHECK = "check"
    VALUE = "value"  # too long, too large, or not to be stored by this database
    TRANSIENT = "transient"  # another transaction was in the way: doing it again can help
    DISCONNECTED = "disconnected"  # no connection, or it was lost: doing it again can help, but not a COMMIT
    BUSY = "busy"  # waited too long for a lock, or there are too many connections
    TIMEOUT = "timeout"  # the statement itself took too long
    OTHER = "other"  # a mistake of ours


@dataclass(frozen=True)
class Failure:
    """A failure, with the name of the constraint or the columns where the database tells them."""

    kind: FailureKind
    constraint: str = ""
    columns: tuple[str, ...] = ()


def wrap_refused_values(engine: Engine) -> None:
    """Let a value that the driver cannot send (a lone surrogate, a number too large) be a DataError."""
    event.listen(engine, "handle_error", _as_data_error)


def _as_data_error(context: ExceptionContext) -> Exception | None:
    error = context.original_exception
    if not isinstance(error, REFUSED_BY_DRIVER):
        return None
    return DataError(context.statement, None, error, hide_parameters=True)
