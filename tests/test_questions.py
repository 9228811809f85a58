"""The questions: what they say, what they derive, what they refuse."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rendering import ROOT, Renderer, copy_template

QUESTIONS: dict[str, dict[str, Any]] = {
    name: details
    for name, details in yaml.safe_load((ROOT / "copier.yml").read_text("utf-8")).items()
    if not name.startswith("_")
}
VALUES = [
    (name, value)
    for name, details in QUESTIONS.items()
    for value in (details.get("choices", {}).values() or ([True, False] if details["type"] == "bool" else []))
]

# What is refused and what is not, written from the wish, not from the patterns.
LONGEST = {"project_name": 80, "description": 300, "author_name": 120}
REFUSED = [
    *((name, "a" * (longest + 1)) for name, longest in LONGEST.items()),
    *(
        (name, f"a{character}b")
        for name in LONGEST
        for character in "\n\r\t\0\x1b\x7f\x85\u2028\u202e\u2066\ufeff"
    ),
    *((name, text) for name in ("project_name", "author_name") for text in ("", "   ", "\u00a0")),
    *(
        ("project_slug", text)
        for text in ["", "A", "1a", "-a", "a-", "a--b", "a_b", "a b", "é", "a\n", "a" * 51]
    ),
    *(
        ("project_slug", package)
        for package in ["app", "fastapi", "starlette", "pytest", "idna", "hatchling"]
    ),
    *(
        ("author_email", text)
        for text in ["", "jane", "jane@", "@example.com", "jane@example", "a b@example.com"]
    ),
    *(
        ("author_email", text)
        for text in [".a@b.de", "a.@b.de", "a..b@c.de", "a@-b.de", "a@b-.de", "a@b..de"]
    ),
    *(
        ("author_email", text)
        for text in ["a@b.c", "a@b.de\n", "é@b.de", "a@é.de", "a" * 250 + "@b.de", "<a@b.de>"]
    ),
    *((name, "bogus") for name, details in QUESTIONS.items() if "choices" in details),
]
ACCEPTED = [
    *((name, "a" * longest) for name, longest in LONGEST.items()),
    *(
        (name, text)
        for name in LONGEST
        for text in [" x ", "a\u00a0b", "👩\u200d💻", "Žluťoučký", "日本", "{{ 7*7 }}"]
    ),
    *(
        (name, text)
        for name in LONGEST
        for text in ["# % if", "{% raw %}", "{#", "\"'`\\n${x}%(y)s", "null", "-", "1"]
    ),
    ("description", ""),
    *(("project_slug", text) for text in ["a", "a1", "a-1", "app-api", "fastapi-app", "a" * 50]),
    *(("author_email", text) for text in ["a@b.de", "a.b+c@x-y.co.uk", "o'hara@example.com", "a@b.c.museum"]),
]
SLUGS = {
    "My API": "my-api",
    "Anna's Café": "annas-cafe",
    "Cafe\u0301 Olé": "cafe-ole",
    "Łódź Straße": "lodz-strasse",
    "Smørrebrød Übung": "smoerrebroed-uebung",
    "3 Little Pigs": "little-pigs",
    "--a__b--": "a-b",
    "{{ 7*7 }}": "my-api",
    "日本": "my-api",
    "FastAPI": "fastapi-api",
    "x" * 49 + " y": "x" * 49,
}


@pytest.fixture(scope="session")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Any]]:
    """Ask the questions with nothing to render but the answers file; the recorded answers."""
    template = copy_template(tmp_path_factory.mktemp("questions") / "backsmith")
    for path in (template / "template").iterdir():
        if "answers_file" not in path.name:
            path.rename(template / path.name.replace(".", "_"))
    renderer = Renderer(template, tmp_path_factory.mktemp("asked"))

    def ask(**answers: object) -> dict[str, Any]:
        recorded = (renderer.render(answers) / ".copier-answers.yml").read_text("utf-8")
        return dict(yaml.safe_load(recorded))

    return ask


@pytest.mark.parametrize("name", QUESTIONS)
def test_question_explains_itself(name: str) -> None:
    """Its help is a question with what follows from it; each choice says what choosing it means."""
    details = QUESTIONS[name]
    assert "?" in details["help"]
    assert details["default"] is not None
    for label in details.get("choices", {}):
        _, colon, meaning = label.partition(": ")
        assert colon, label
        assert meaning, label


def test_defaults_are_answers(ask: Callable[..., dict[str, Any]]) -> None:
    """Nobody has to be asked, and each default is one of the choices."""
    recorded = ask()
    assert set(QUESTIONS) == {name for name in recorded if not name.startswith("_")}
    assert ("my-api", "The My API developers") == (recorded["project_slug"], recorded["author_name"])


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_every_value_renders(renderer: Renderer, name: str, value: object) -> None:
    """Each value of each question makes a project, which records it."""
    recorded = yaml.safe_load((renderer.render({name: value}) / ".copier-answers.yml").read_text("utf-8"))
    assert value == recorded[name]


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_refuses(ask: Callable[..., dict[str, Any]], name: str, value: str) -> None:
    """The refusal names the question."""
    with pytest.raises(ValueError, match=f"question '{name}'|choice for '{name}'"):
        ask(**{name: value})


@pytest.mark.parametrize(("name", "value"), ACCEPTED)
def test_accepts(ask: Callable[..., dict[str, Any]], name: str, value: str) -> None:
    """The answer is recorded as it was given."""
    assert value == ask(**{name: value})[name]


@pytest.mark.parametrize(("name", "slug"), SLUGS.items())
def test_slug_is_derived(ask: Callable[..., dict[str, Any]], name: str, slug: str) -> None:
    """The name's letters, folded to plain ones."""
    assert slug == ask(project_name=name)["project_slug"]


@given(st.text(min_size=1, max_size=80).filter(lambda text: text.isprintable() and text.strip()))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_name_gives_a_slug(ask: Callable[..., dict[str, Any]], name: str) -> None:
    """A default is never refused, whatever the name."""
    assert ask(project_name=name)["project_slug"]
