"""The fast renderer of the tests makes what `copier copy` makes."""

import subprocess
import sys
from pathlib import Path

import pytest

from rendering import Renderer, snapshot

ANSWERS = [
    {},
    {"project_name": "{{ 7*7 }} & “Söhne”", "example": False, "ci": "gitlab", "license": "Apache-2.0"},
]


@pytest.mark.parametrize("answers", ANSWERS, ids=["defaults", "others"])
def test_fast_render_equals_copier(
    renderer: Renderer, template_copy: Path, tmp_path: Path, answers: dict[str, str | bool]
) -> None:
    """Same files, same bytes, same modes."""
    data = [word for name, answer in answers.items() for word in ("--data", f"{name}={answer}")]
    command = [
        sys.executable,
        "-m",
        "copier",
        "copy",
        "--defaults",
        *data,
        str(template_copy),
        str(tmp_path / "a"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    assert snapshot(tmp_path / "a") == snapshot(renderer.render(answers))


def test_a_second_render_equals_the_first(renderer: Renderer, tmp_path: Path) -> None:
    """What is remembered from one render does not leak into the next, and nothing depends on the time."""
    first = snapshot(renderer.render())
    renderer.render_into(tmp_path / "other", {"project_name": "Other", "license": "none"})
    renderer.render_into(tmp_path / "again", {})
    assert first == snapshot(tmp_path / "again")
