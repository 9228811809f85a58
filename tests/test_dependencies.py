"""This repository's environment holds what every generated project needs, and the slug avoids those names."""

import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from rendering import ROOT, Renderer
from test_questions import VALUES


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def _generated() -> list[str]:
    """What generated projects depend on, as this repository's own pyproject.toml says."""
    return list(_toml(ROOT / "pyproject.toml")["dependency-groups"]["generated"])


@pytest.fixture(scope="module")
def declared(renderer: Renderer) -> set[str]:
    """What the generated projects say they depend on, over every value of every question."""
    found: set[str] = set()
    for name, value in VALUES:
        document = _toml(renderer.render({name: value}) / "pyproject.toml")
        found |= set(document["project"]["dependencies"])
        for group in document["dependency-groups"].values():
            found |= set(group)
    return found


def test_the_generated_group_is_the_union_over_all_variants(declared: set[str]) -> None:
    """Else a variant's tests would run here against other versions than in the project, or not at all."""
    assert sorted(declared) == sorted(_generated())


def test_reserved_names_are_complete(rendered: Path) -> None:
    """uv refuses a project that is called like something it depends on, at any depth and on any platform."""
    build = _toml(rendered / "pyproject.toml")["build-system"]["requires"]
    needed = _closure([*_generated(), *build])
    source = (ROOT / "answers.jinja").read_text("utf-8")
    [reserved] = re.findall(r"set reserved = '''(.*?)'''", source, re.DOTALL)
    assert set() == needed - set(reserved.split()), "add them to `reserved` in answers.jinja"


def _closure(requirements: Iterable[str]) -> set[str]:
    """The names of everything these need. Of a marker only the extra counts, not the machine."""
    seen: set[tuple[str, str]] = set()
    pending = [(Requirement(text), "") for text in requirements]
    while pending:
        requirement, _ = pending.pop()
        name = canonicalize_name(requirement.name)
        for extra in ("", *requirement.extras):
            if (name, extra) not in seen:
                seen.add((name, extra))
                pending += [(needed, extra) for needed in _needed(name, extra)]
    return {name for name, _ in seen}


def _needed(name: str, extra: str) -> list[Requirement]:
    try:
        all_of_them = [Requirement(text) for text in requires(name) or []]
    except PackageNotFoundError:  # needed on another platform only
        return []
    conditions = [
        (one, re.findall(r"""extra == ["']([^"']+)["']""", str(one.marker or ""))) for one in all_of_them
    ]
    return [one for one, extras in conditions if (extra in extras if extra else not extras)]
