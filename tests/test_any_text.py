"""Whatever can be typed as an answer gives a valid project that holds it, or is refused in one clear line."""

import json
import re
import shutil
import tomllib
from email.headerregistry import Address
from pathlib import Path
from typing import Any

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rendering import Renderer, snapshot

# The files that may hold an answer. No .py file is among them.
HOLDERS = {
    ".copier-answers.yml",
    "LICENSE",
    "README.md",
    "app/about.json",
    "compose.yaml",
    "pyproject.toml",
}
LONGEST = {"project_name": 80, "description": 300, "author_name": 120}
# What means something to Jinja, TOML, YAML, JSON, Markdown, a shell, Python's formatting or an address.
NASTY = [
    *("{{ 7*7 }}", "{% raw %}", "{#", "#}", "# % if x", "##", '"""', "'''", '"', "'", "\\", "\\n", "\\u0000"),
    *(
        "${HOME}",
        "$(id)",
        "`id`",
        "%(x)s",
        "%s",
        "{x}",
        ": ",
        "- ",
        "&a",
        "*a",
        "!!x",
        "|",
        ">",
        "@",
        "%",
        "~",
    ),
    *(
        "<b>",
        "</title>",
        "]]>",
        "---",
        "...",
        "=",
        ",",
        ";",
        "null",
        "yes",
        "0x1",
        "1e3",
        "  ",
        "\u00a0",
        "\u200d",
    ),
    *(
        "👩\u200d💻",
        "é",
        "e\u0301",
        "日本",
        "\U0001f3f4\U000e0067\U000e007f",
        "\n",
        "\t",
        "\0",
        "\x85",
        "\u2028",
    ),
]
texts = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=12)), max_size=8).map("".join)


@given(project_name=texts, description=texts, author_name=texts)
@example(project_name='"', description="\\", author_name="'")
@example(project_name="{{ 7*7 }}", description="# % if x", author_name="{% raw %}")
@example(project_name=" x ", description="", author_name="a, b <c@d.e>")
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_text(renderer: Renderer, rendered: Path, **texts: str) -> None:
    """Text that is printable, not empty and not too long is never refused."""
    project = renderer.room / "any-text"
    wrong = [name for name, text in texts.items() if not text.isprintable() or not _fits(name, text)]
    try:
        renderer.render_into(project, texts)
        _check(project, rendered, texts)
    except ValueError as refusal:
        message = (
            r"Validation error for question '(\w+)': Use one line of printable text, \d to \d+ characters\."
        )
        clear = re.fullmatch(message, str(refusal))
        if clear is None or clear[1] not in wrong:
            raise
    finally:
        shutil.rmtree(project, ignore_errors=True)


def _fits(name: str, text: str) -> bool:
    return len(text) <= LONGEST[name] and (name == "description" or bool(text.strip()))


def _check(project: Path, rendered: Path, texts: dict[str, str]) -> None:
    """Every file that holds an answer holds exactly it; every other file is as in the default project."""
    read = {name: (project / name).read_text("utf-8") for name in HOLDERS}
    recorded = yaml.safe_load(read[".copier-answers.yml"])
    assert texts == {name: recorded[name] for name in texts}

    metadata: dict[str, Any] = tomllib.loads(read["pyproject.toml"])["project"]
    author = {"name": texts["author_name"], "email": recorded["author_email"]}
    assert (texts["description"], [author]) == (metadata["description"], metadata["authors"])
    # As hatchling writes it into the metadata of the package.
    assert Address(author["name"], addr_spec=author["email"]).display_name == texts["author_name"]

    about = {
        "title": texts["project_name"],
        "name": recorded["project_slug"],
        "description": texts["description"],
    }
    assert about == json.loads(read["app/about.json"])
    assert recorded["project_slug"] == yaml.safe_load(read["compose.yaml"])["name"] == metadata["name"]
    assert f"# {texts['project_name']}\n" in read["README.md"]
    assert f"\n{texts['description']}\n" in read["README.md"]
    assert f"Copyright (c) {texts['author_name']}\n" in read["LICENSE"]

    others = [
        {name: entry for name, entry in snapshot(folder).items() if name not in HOLDERS}
        for folder in (project, rendered)
    ]
    assert others[0] == others[1]
