"""Rendering through Copier's public API, with its errors told in one line."""

import re
import shlex
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from copier import run_copy
from copier.errors import CopierError, CopierWarning, DirtyLocalWarning

from backsmith.errors import Failed, Refused
from backsmith.source import Source


@dataclass(frozen=True)
class Rendered:
    """A project with the answers it was made of, and the revision from which it can be made again."""

    path: Path
    answers: Mapping[str, Any]
    revision: str | None
    warnings: tuple[str, ...]

    def command(self, source: Source, target: Path) -> str:
        """The `copier copy` line that makes the same project."""
        words = ["copier", "copy", "--defaults"]
        if self.revision:
            words += ["--vcs-ref", self.revision]
        for name, answer in self.answers.items():
            words += ["--data", f"{name}={str(answer).lower() if isinstance(answer, bool) else answer}"]
        return shlex.join([*words, source.location, str(target)])


def render(
    source: Source,
    path: Path,
    given: Mapping[str, Any],
    *,
    ask: bool,
    suggestions: Mapping[str, Any] | None = None,
) -> Rendered:
    """Render into a new folder, asking for each answer that is not given, or taking its default.

    Raises Refused for an answer the template refuses, Failed when the template cannot be had or rendered.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", CopierWarning)
        try:
            run_copy(
                source.location,
                path,
                data=dict(given),
                user_defaults=dict(suggestions or {}),
                vcs_ref=source.revision,
                defaults=not ask,
                quiet=True,
            )
        except KeyboardInterrupt:
            raise  # Copier's own kind of it is a CopierError too
        except (CopierError, ValueError) as error:
            raise Refused(_line(error)) from error
        except Exception as error:
            raise Failed(f"the template could not be rendered: {_line(error)}") from error
    recorded = yaml.safe_load((path / ".copier-answers.yml").read_text("utf-8"))
    revision = recorded.get("_commit")
    kinds = {warning.category: str(warning.message) for warning in caught}
    notes = [
        text
        for kind, text in kinds.items()
        if issubclass(kind, CopierWarning) and kind is not DirtyLocalWarning
    ]
    if DirtyLocalWarning in kinds or revision is None:
        # What Copier recorded is the commit of a passing copy, or nothing.
        revision = source.revision if revision else None
        notes.append(
            "the template has changes that no commit holds, so `copier update` cannot start from this project"
        )
    answers = {name: answer for name, answer in recorded.items() if not name.startswith("_")}
    return Rendered(path, answers, revision, tuple(notes))


def _line(error: Exception) -> str:
    """What went wrong, in one line: a program that Copier ran says it last, on stderr."""
    said = str(getattr(error, "stderr", "") or error).strip().splitlines() or [type(error).__name__]
    line = said[-1] if getattr(error, "stderr", "") else " ".join(part.strip() for part in said)
    return re.sub(r"^Validation error for question '(\w+)':", r"\1:", line)
