"""What the server loads: the application, made quickly."""

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI


def create_app() -> "FastAPI":
    """Make the application without looking for garbage meanwhile: there is none, and it took a third of that.

    What is made here lives as long as the process. Frozen, it is not looked through at each collection.
    """
    gc.disable()
    try:
        from app import main  # noqa: PLC0415 - most of the start is what it imports

        app = main.create_app()
        gc.freeze()
    finally:
        gc.enable()
    return app
