"""Writes the menu of answers into README.md, from copier.yml: `uv run python tests/readme.py`."""

from backsmith.menu import Menu
from rendering import ROOT

README = ROOT / "README.md"
BEGIN, END = "<!-- menu: written by tests/readme.py -->\n", "<!-- end of menu -->\n"


def menu() -> str:
    """The table: a row for each question, the default first in bold."""
    rows = ["| question | answers |", "| --- | --- |"]
    for question in Menu(ROOT / "copier.yml").questions.values():
        if question.choices:
            meanings = {answer: label.partition(": ")[2] for label, answer in question.choices.items()}
            shown = {
                answer: f"**`{answer}`**" if answer == question.default else f"`{answer}`"
                for answer in meanings
            }
            answers = "<br>".join(f"{shown[answer]}: {meaning}" for answer, meaning in meanings.items())
        elif question.type == "bool":
            answers = "**yes**, no" if question.default else "**no**, yes"
        else:
            answers = "text" if "{" in question.default else f"text, such as **{question.default}**"
        rows.append(f"| `{question.name}`<br>{question.help} | {answers} |")
    return "\n".join(rows) + "\n"


def with_menu(text: str) -> str:
    """The README with the table as it should be."""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{menu()}\n{END}{after}"


if __name__ == "__main__":
    README.write_text(with_menu(README.read_text("utf-8")), "utf-8")
