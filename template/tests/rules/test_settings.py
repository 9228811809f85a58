"""Settings: `.env.example` lists them all, and nothing else."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from io import StringIO

from dotenv import dotenv_values

from app import discovery
from app.db.migrations import ROOT
from app.settings import EnvSettings
from tests.rules.operations import refuse, where
from tests.rules.sources import modules


def undocumented(kinds: Iterable[type[EnvSettings]], example: str) -> Iterator[str]:
    """Whoever runs the service finds every setting in one file."""
    listed = dotenv_values(stream=StringIO(example))
    for kind in kinds:
        for field in kind.model_fields:
            if (name := field.upper()) not in listed:
                yield f"{name} ({where(kind)}): add it to .env.example, with its default and what it does"


def unread(kinds: Iterable[type[EnvSettings]], example: str) -> Iterator[str]:
    """A line that nothing reads promises what does not happen."""
    known = {field.upper() for kind in kinds for field in kind.model_fields}
    for name in dotenv_values(stream=StringIO(example)):
        if name not in known:
            near = "".join(f" (or is it {match}?)" for match in get_close_matches(name, known, n=1))
            yield f".env.example: nothing reads {name}; take it out{near}"


def _settings() -> list[type[EnvSettings]]:
    assert modules()  # imported, so that every class is known
    return [kind for kind in discovery.settings_classes() if kind.__module__.startswith("app.")]


def _example() -> str:
    return (ROOT / ".env.example").read_text("utf-8")


def test_every_setting_is_in_the_example() -> None:
    refuse(undocumented(_settings(), _example()))


def test_every_line_of_the_example_is_read() -> None:
    refuse(unread(_settings(), _example()))


class ShopSettings(EnvSettings):
    shop_name: str = "Shop"
    shop_open: bool = True


def test_a_setting_that_the_example_lacks_is_seen() -> None:
    [offender] = undocumented([ShopSettings], "SHOP_NAME=Shop\n# SHOP_OPEN=true\n")
    assert offender.startswith("SHOP_OPEN (tests/rules/test_settings.py:")


def test_a_line_that_nothing_reads_is_seen() -> None:
    [offender] = unread([ShopSettings], "SHOP_NAME=Shop\nSHOP_OPENS=true\n")
    assert offender == ".env.example: nothing reads SHOP_OPENS; take it out (or is it SHOP_OPEN?)"
