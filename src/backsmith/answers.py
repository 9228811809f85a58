"""The answers given on the command line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from backsmith.errors import Refused
from backsmith.menu import Menu


def collect(menu: Menu, data_file: Path | None, pairs: list[str], flags: Mapping[str, Any]) -> dict[str, Any]:
    """Merge all of them, flags before `--set` before the file. Raises Refused for what is no question."""
    answers = {} if data_file is None else _read(data_file)
    for pair in pairs:
        name, equals, answer = pair.partition("=")
        if not equals:
            raise Refused(f"--set takes question=answer, not {pair!r}")
        answers[name] = answer
    menu.refuse_unknown(answers)
    answers |= {name: answer for name, answer in flags.items() if answer is not None}
    menu.refuse_unknown(answers)
    for name, answer in answers.items():
        if menu.questions[name].type == "bool":
            answers[name] = _yes_or_no(name, answer)
        elif not isinstance(answer, str | int | float):
            raise Refused(f"{name}: answer with text, not {answer!r}")
    return answers


def _read(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_bytes())
    except (OSError, yaml.YAMLError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not YAML"
        raise Refused(f"cannot read {path}: {reason}") from error
    if not isinstance(document, dict):
        raise Refused(f"cannot use {path}: it holds no `question: answer` lines")
    # The answers file of a project is welcome: what starts with _ in it are Copier's own notes.
    return {str(name): answer for name, answer in document.items() if not str(name).startswith("_")}


def _yes_or_no(name: str, answer: object) -> bool:
    # Copier takes every unknown word for a yes.
    value = yaml.safe_load(answer) if isinstance(answer, str) else answer
    if not isinstance(value, bool):
        raise Refused(f"{name}: answer yes or no, not {answer!r}")
    return value
