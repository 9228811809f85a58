"""Errors: each kind has a code of its own, and /problems says what it means."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import cast

from app.errors import AppError, NotFound, problem_types
from tests.rules.operations import refuse, where
from tests.rules.sources import modules


def unclear_errors(kinds: Sequence[type[AppError]]) -> Iterator[str]:
    """A client switches on `code` and reads the docstring at /problems."""
    uses = Counter(kind.code for kind in kinds if "code" in vars(kind))
    for kind in kinds:
        place = f"{kind.__name__} ({where(kind)})"
        if "code" not in vars(kind):
            yield f"{place}: looks like its base class to a client; give it a `code` and `title`"
        elif uses[kind.code] > 1:
            yield f"{place}: shares its code {kind.code!r} with another error; choose one of its own"
        if not vars(kind).get("__doc__"):
            yield f"{place}: /problems has nothing to say of it; write what it means as its docstring"


def test_every_error_is_clear() -> None:
    assert modules()
    kinds = {kind: None for kind in problem_types() if kind.__module__.startswith("app.")}
    assert NotFound in kinds
    refuse(unclear_errors(list(kinds)))


class Gone(Exception):
    """An error of its own family, so that /problems never lists what follows."""

    code = "gone"


class BillGone(Gone):
    """It has no code."""


class BillMissing(Gone):
    code = "bill_missing"


class BillLost(Gone):
    """It has another one's code."""

    code = "gone"


def test_an_unclear_error_is_seen() -> None:
    kinds = cast(list[type[AppError]], [Gone, BillGone, BillMissing, BillLost])
    seen = [(line.split()[0], line.partition("): ")[2].partition(" ")[0]) for line in unclear_errors(kinds)]
    assert [
        ("Gone", "shares"),
        ("BillGone", "looks"),
        ("BillMissing", "/problems"),
        ("BillLost", "shares"),
    ] == seen
