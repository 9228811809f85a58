"""What the server loads: the application, made quickly."""

import gc
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI


def create_app() -> "FastAPI":
    """Make the application without looking for garbage meanwhile: there is none, and it took a third of that.

    What is made here lives as long as the process. Frozen, it is not looked through at each collection.
    """
    gc.disable()
    try:
        _import_structlog()
        from app import main  # noqa: PLC0415 - most of the start is what it imports

        app = main.create_app()
        gc.freeze()
    finally:
        gc.enable()
    return app


def _import_structlog() -> None:
    """Without rich, which it takes along where Typer has it installed: a tenth of the start, for colours."""
    if "rich" in sys.modules:
        return
    sys.modules["rich"] = None  # type: ignore[assignment]  # as if it were not installed
    try:
        import structlog  # noqa: F401, PLC0415
    finally:
        del sys.modules["rich"]
