"""Structured logs: JSON in production, readable in development, one shape for our lines and the libraries'.

Use `structlog.get_logger(__name__)` and keyword arguments. Every line carries the request id; nothing that
looks like a secret leaves this process (`redaction.py`).
"""

import logging
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson
import structlog
from structlog.typing import Processor

from app.redaction import redact_event
from app.settings import Settings

_NOISY = {"alembic": logging.WARNING, "aiosqlite": logging.INFO, "httpx2": logging.WARNING}


def configure_logs(settings: Settings, stream: TextIO | None = None) -> None:
    """Send every log line to `stream` (standard output), ours by structlog and the libraries' by logging."""
    stream = stream or sys.stdout
    as_json = not settings.development if settings.log_json is None else settings.log_json
    last: list[Processor] = [_stamp, _json if as_json else _console(stream)]
    processors: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _exception_as_dict if as_json else structlog.processors.format_exc_info,
        redact_event,
        *last,
    ]
    level = logging.getLevelNamesMapping()[settings.log_level]
    wrapper = structlog.make_filtering_bound_logger(level)
    structlog.configure(
        processors=processors,
        wrapper_class=wrapper,
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    _loggers["access"] = structlog.wrap_logger(structlog.WriteLogger(stream), last, wrapper).bind()
    handler = logging.StreamHandler(stream)
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, structlog.stdlib.ExtraAdder()],
            processors=[remove_meta, *processors],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name, minimum in _NOISY.items():
        logging.getLogger(name).setLevel(max(level, minimum))


_loggers: dict[str, Any] = {}


def access_logger() -> Any:
    """For the access line alone: its keys are known, and its writer redacts it. A third of the usual cost."""
    return _loggers["access"]


def _stamp(_logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["level"] = method
    event["timestamp"] = datetime.now(UTC)
    return event


def _json(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z).decode()


def _console(stream: TextIO) -> Processor:
    return structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=0)


# Tracebacks without the values of local variables: those hold passwords and tokens.
_exception_as_dict = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)
