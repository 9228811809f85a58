"""Templates, filled."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from app import about, discovery
from app.db import new_id
from app.email import rendering
from app.email.message import RenderedEmail
from app.email.models import EmailMessage
from app.email.rendering import render

Fill = Callable[..., RenderedEmail]


@pytest.fixture
def fill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fill]:
    """`fill(name="Ann")`: a mail of a feature `notes`, whose template this is."""
    (tmp_path / "hello.subject.txt").write_text("Hello\n {{ name }}\n", "utf-8")
    (tmp_path / "hello.txt").write_text("\nHello {{ name }}!\n{% if more %}\nMore\n{% endif %}\n", "utf-8")
    (tmp_path / "hello.html").write_text(
        '{% extends "layout.html" %}{% block content %}<p>Hello {{ name }}!</p>{% endblock %}', "utf-8"
    )
    (tmp_path / "half.subject.txt").write_text("Half", "utf-8")
    (tmp_path / "half.txt").write_text("Half", "utf-8")
    monkeypatch.setattr(discovery, "email_folders", lambda: {"notes": tmp_path})
    rendering._environment.cache_clear()

    def of(template: str = "notes/hello", **context: Any) -> RenderedEmail:
        message = EmailMessage(
            id=new_id(), recipient="ann@customer.example", template=template, context=context
        )
        return render(message, "no-reply@shop.example")

    yield of
    rendering._environment.cache_clear()


def test_a_feature_extends_the_layout(fill: Fill) -> None:
    """Its templates are named after it; the frame around their content is the platform's."""
    html = fill(name="Ann", more=False).html

    assert "<p>Hello Ann!</p>" in html
    assert f"<title>{about.TITLE}</title>" in html.replace("&#39;", "'").replace("&amp;", "&")


def test_values_are_escaped_in_html_alone(fill: Fill) -> None:
    """In a text there is nothing to escape from."""
    mail = fill(name="<b>Ann</b> & Co", more=False)

    assert "Hello &lt;b&gt;Ann&lt;/b&gt; &amp; Co!" in mail.html
    assert "Hello <b>Ann</b> & Co!\n" == mail.text
    assert "Hello <b>Ann</b> & Co" == mail.subject


def test_the_subject_is_one_line(fill: Fill) -> None:
    """Whatever stands in the value: a line break would begin another header."""
    mail = fill(name="Ann\r\nBcc: everybody@customer.example", more=False)

    assert "Hello Ann Bcc: everybody@customer.example" == mail.subject
    assert mail.mime()["Bcc"] is None


def test_lines_of_statements_leave_no_gap(fill: Fill) -> None:
    """A text is as its template looks."""
    assert "Hello Ann!\nMore\n" == fill(name="Ann", more=True).text


def test_a_missing_value_is_an_error(fill: Fill) -> None:
    """Better no mail than one with a hole in it."""
    with pytest.raises(UndefinedError, match="'name' is undefined"):
        fill(more=False)


@pytest.mark.parametrize("template", ["notes/half", "notes/none", "none", "notes/../hello", "hello"])
def test_a_missing_template_is_an_error(fill: Fill, template: str) -> None:
    """All three parts must be there, under the feature's name."""
    with pytest.raises(TemplateNotFound):
        fill(template)
