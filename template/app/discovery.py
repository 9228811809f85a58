"""Finds the parts of each feature by name, so that nobody keeps a list.

A feature is a folder in `app/features`. It may hold `endpoints.py` (with `router`), `models.py`,
`settings.py` (classes derived from EnvSettings) and a folder `emails/`.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from dotenv import dotenv_values
from fastapi import APIRouter

import app.features
from app.settings import EnvSettings


def features() -> list[str]:
    """The names of all features, in order."""
    return sorted(module.name for module in iter_modules(app.features.__path__) if module.ispkg)


def routers() -> Iterator[APIRouter]:
    """The router of every feature."""
    for module in _parts("endpoints"):
        router = getattr(module, "router", None)
        if not isinstance(router, APIRouter):
            raise TypeError(f"{module.__name__} needs a `router = Router(prefix=…)`")
        yield router


def import_models() -> None:
    """Import every model, the platform's and the features', so that Base.metadata is whole."""
    platform = (
        "audit.models",
        "auth.api_keys.models",
        "auth.models",
        "email.models",
        "http.idempotency",
        "users.models",
    )
    for name in platform:
        import_module(f"app.{name}")
    list(_parts("models"))


def settings_classes() -> list[type[EnvSettings]]:
    """Every settings class there is."""
    import_module("app.auth.credentials")  # the style of authentication may have settings of its own
    list(_parts("settings"))
    return list(_subclasses(EnvSettings))


def email_folders() -> dict[str, Path]:
    """The folder of mail templates of each feature that has one."""
    root = Path(app.features.__path__[0])
    return {name: root / name / "emails" for name in features() if (root / name / "emails").is_dir()}


def _parts(part: str) -> Iterator[ModuleType]:
    for feature in features():
        name = f"app.features.{feature}.{part}"
        if find_spec(name) is not None:
            yield import_module(name)


def _subclasses(kind: type[EnvSettings]) -> Iterator[type[EnvSettings]]:
    for child in kind.__subclasses__():
        yield child
        yield from _subclasses(child)


def known_settings() -> set[str]:
    """The name of every environment variable that this service reads."""
    return {name.upper() for kind in settings_classes() for name in kind.model_fields}


def unknown_settings(file: Path = Path(".env")) -> list[str]:
    """One line for each name in .env that nothing reads, most likely a typing error."""
    known = known_settings()
    lines = []
    for name in dotenv_values(file) if file.exists() else ():
        if name.upper() not in known:
            near = get_close_matches(name.upper(), known, n=1)
            lines.append(
                f"{name}: nothing reads this setting" + (f"; did you mean {near[0]}?" if near else "")
            )
    return lines
