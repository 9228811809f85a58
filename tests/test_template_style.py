"""The rules that keep the template readable, and each render of it the same."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from rendering import MARKUP, ROOT, Renderer, git
from test_questions import QUESTIONS

IFS = re.compile(r"^[ \t]*# % *(?:el)?if |\{%-? *(?:el)?if ", re.MULTILINE)
SLOT = re.compile(r"# % include 'options/(\w+)/((?:\w+/)*)' ~ (\w+) ~ '(\.\w+)'( ignore missing)?\n")


@pytest.fixture(scope="module")
def sources(template_copy: Path) -> dict[str, str]:
    """The text of each file of template/ and options/."""
    paths = [path for folder in ("template", "options") for path in (template_copy / folder).rglob("*")]
    return {
        path.relative_to(template_copy).as_posix(): path.read_text("utf-8")
        for path in paths
        if path.is_file()
    }


def test_python_files_are_python(sources: dict[str, str]) -> None:
    """As they stand, so that editors, linters and readers can use them; Jinja only inside string literals."""
    for name, text in sources.items():
        if name.endswith(".py"):
            ast.parse(text, name)
            assert not MARKUP.search(_without_strings(text)), name


def test_markup_is_rare_and_flat(sources: dict[str, str]) -> None:
    """Answers choose files; an `if` inside a file is the exception, and none stands in another."""
    jinja = {name: text for name, text in sources.items() if name.endswith(".jinja")}
    slots = [name for name, text in jinja.items() if SLOT.fullmatch(text)]
    assert len(jinja) - len(slots) <= 15
    assert sum(len(IFS.findall(text)) for text in sources.values()) <= 30
    for name, text in jinja.items():
        depth = 0
        for word in re.findall(r"(?:# %|\{%-?) *(if|endif|for|endfor)\b", text):
            depth += -1 if word.startswith("end") else 1
            assert depth <= 1, name


def test_options_are_the_answers(sources: dict[str, str], renderer: Renderer) -> None:
    """A slot has one file for each answer; only an answer that leaves the slot's file out has none.

    A piece of a file that is no Python may be missing, where its line says so.
    """
    expected = set()
    for name, text in sources.items():
        if "options/" not in text or not name.endswith(".jinja"):
            continue
        whole = SLOT.fullmatch(text)
        assert whole or not name.endswith(".py.jinja"), f"{name} holds more than the one line of a slot"
        target = name.removeprefix("template/").removesuffix(".jinja")
        for question, folder, variable, suffix, optional in SLOT.findall(text):
            assert question == variable, f"{name} includes by another question than its folder's"
            for answer in QUESTIONS[question]["choices"].values():
                file = f"options/{question}/{folder}{answer}{suffix}"
                left_out = whole and not (renderer.render({question: answer}) / target).exists()
                if not left_out and (file in sources or not optional):
                    expected.add(file)
    assert expected == {name for name in sources if name.startswith("options/")}


def test_every_line_of_the_manifest_leaves_something_out(template_copy: Path) -> None:
    """A path in copier.yml that is no longer there would leave nothing out, silently."""
    for path in re.findall(r"%\}/(.+?)\{% endif", (template_copy / "copier.yml").read_text("utf-8")):
        place = template_copy / "template" / path
        assert list(place.parent.glob(place.name)) or place.with_name(f"{place.name}.jinja").exists(), path


def test_git_keeps_every_file(sources: dict[str, str], template_repository: Path) -> None:
    """The project's .gitignore works on the template too, and must not hide a file of it."""
    kept = git(template_repository, "ls-files", "-z").split("\0")
    assert set() == set(sources) - set(kept)


def test_source_names_are_portable(sources: dict[str, str]) -> None:
    """The repository can be cloned on every operating system."""
    assert not [name for name in sources if re.search(r'["*:<>?\\|]', name)]


def test_rendering_gives_the_same_twice(sources: dict[str, str]) -> None:
    """No time and no secret: either would be a conflict in every update."""
    jinja = [text for name, text in sources.items() if name.endswith((".jinja", ".txt"))]
    for text in [
        *jinja,
        (ROOT / "copier.yml").read_text("utf-8"),
        (ROOT / "answers.jinja").read_text("utf-8"),
    ]:
        assert not re.search(r"\bnow\b|make_secret|strftime|\bans_random\b|\brandom\b", _code(text))


def _code(text: str) -> str:
    """What of a template Jinja evaluates."""
    return "\n".join(re.findall(r"\{[{%].*?[%}]\}|^[ \t]*# % .*", text, re.DOTALL | re.MULTILINE))


def _without_strings(text: str) -> str:
    lines = text.splitlines(keepends=True)
    for (first, start), (last, end) in reversed(list(_strings(text))):
        rest = lines[last - 1][end:]
        lines[first - 1 : last] = [lines[first - 1][:start] + "''" + rest]
    return "".join(lines)


def _strings(text: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Where the string literals are. From Python 3.12 on an f-string is several tokens."""
    depth, start = 0, (0, 0)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = tokenize.tok_name[token.type]
        if kind == "STRING" and not depth:
            yield token.start, token.end
        elif kind.endswith("STRING_START"):
            start = start if depth else token.start
            depth += 1
        elif kind.endswith("STRING_END"):
            depth -= 1
            if not depth:
                yield start, token.end
