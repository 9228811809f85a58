"""The questions of copier.yml, as the command line needs them. Copier itself asks and validates."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
import yaml

from backsmith.errors import Refused


@dataclass(frozen=True)
class Question:
    """One question. `choices` maps what is shown to the answer; it is empty where text or yes/no will do."""

    name: str
    type: str
    help: str
    default: Any
    choices: Mapping[str, str]

    @property
    def flag(self) -> str:
        """The option that answers it."""
        return f"--{self.name.replace('_', '-')}"

    def option(self) -> inspect.Parameter:
        """The parameter from which Typer makes the option; None means not answered."""
        values = tuple(self.choices.values())
        kind: Any = bool if self.type == "bool" else Literal[values] if values else str
        annotation = Annotated[kind | None, typer.Option(help=self._option_help())]
        return inspect.Parameter(
            self.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
        )

    def _option_help(self) -> str:
        if "{{" in str(self.default) or "{%" in str(self.default):
            return f"{self.help} [default: made from other answers]"
        default = {True: "yes", False: "no"}.get(self.default, self.default)
        return f"{self.help} [default: {default}]"


class Menu:
    """Every question a template asks, in its order."""

    def __init__(self, path: Path) -> None:
        try:
            document = yaml.safe_load(path.read_text("utf-8"))
            self.questions = {
                name: Question(name, it["type"], it["help"], it["default"], it.get("choices", {}))
                for name, it in document.items()
                if not name.startswith("_")
            }
        except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
            raise Refused(f"{path} does not ask as this template does") from error

    @cached_property
    def names(self) -> list[str]:
        """The questions' names."""
        return list(self.questions)

    def add_options(self, command: Callable[..., None]) -> Callable[..., None]:
        """Give a command that ends in `**answers` one option for each question."""
        signature = inspect.signature(command)
        own = [p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD]
        options = [question.option() for question in self.questions.values()]
        command.__signature__ = signature.replace(parameters=[*own, *options])  # type: ignore[attr-defined]
        return command

    def sort(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """The answers in the order of the questions."""
        return {name: answers[name] for name in self.names if name in answers}

    def refuse_unknown(self, names: Iterable[str]) -> None:
        """Raise Refused when one of the names is no question."""
        for name in names:
            if name not in self.questions:
                close = get_close_matches(name, self.names, n=1)
                hint = f"did you mean {close[0]}?" if close else f"the questions are {', '.join(self.names)}"
                raise Refused(f"there is no question {name!r}; {hint}")
