"""The page that shows sent mails in development."""

from pathlib import Path

import pytest
from httpx2 import AsyncClient

from app.db import new_id
from app.email.mailbox import POLICY
from app.email.message import RenderedEmail
from app.email.providers.console import Console
from app.settings import Settings, load
from tests.fixtures.apps import Serve

HTML = "<!doctype html><p>Hello <b>Ann</b></p>\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mailbox"


@pytest.fixture
def page(serve: Serve, folder: Path) -> AsyncClient:
    return serve(environment="development", mailbox_dir=str(folder))


async def put(folder: Path, subject: str) -> str:
    """Send a mail; its name in the mailbox."""
    provider = Console(load(Settings, environment="development", mailbox_dir=str(folder)))
    mail = RenderedEmail(
        new_id(), "no-reply@shop.example", "ann@customer.example", subject, "Hello <Ann>\n", HTML
    )
    await provider.send(mail)
    return str(mail.id)


async def test_an_empty_mailbox_says_how_to_fill_it(page: AsyncClient) -> None:
    """Its folder need not be there."""
    response = await page.get("/dev/mailbox")

    assert 200 == response.status_code
    assert "No mail yet" in response.text


async def test_the_newest_mail_comes_first(page: AsyncClient, folder: Path) -> None:
    """Each with a link to it, its recipient and the beginning of its text."""
    names = [await put(folder, subject) for subject in ("First", "Second <i>")]

    text = (await page.get("/dev/mailbox")).text

    assert -1 < text.index("Second &lt;i&gt;") < text.index("First")
    for fact in ("ann@customer.example", "Hello &lt;Ann&gt;", *(f"/dev/mailbox/{name}" for name in names)):
        assert fact in text


async def test_a_mail_has_its_page(page: AsyncClient, folder: Path) -> None:
    """With its headers, its text, and its html in a frame."""
    name = await put(folder, "Hello")

    text = (await page.get(f"/dev/mailbox/{name}")).text

    for fact in ("no-reply@shop.example", "auto-generated", "<pre>Hello &lt;Ann&gt;\n</pre>"):
        assert fact in text
    assert f'<iframe src="/dev/mailbox/{name}/html" sandbox' in text


async def test_the_html_is_as_it_was_sent(page: AsyncClient, folder: Path) -> None:
    """Alone, under a policy that runs and loads nothing; only our own page may frame it."""
    name = await put(folder, "Hello")

    response = await page.get(f"/dev/mailbox/{name}/html")

    assert HTML == response.text
    assert (POLICY, "SAMEORIGIN", "nosniff") == (
        response.headers["content-security-policy"],
        response.headers["x-frame-options"],
        response.headers["x-content-type-options"],
    )
    assert "default-src 'none'" in POLICY


@pytest.mark.parametrize("action", ["", "/html"])
async def test_there_is_no_such_mail(page: AsyncClient, action: str) -> None:
    """As for everything unknown: 404."""
    response = await page.get(f"/dev/mailbox/{new_id()}{action}")

    assert (404, "not_found") == (response.status_code, response.json()["code"])


@pytest.mark.parametrize("name", ["../secret", "..%2Fsecret", "%2e%2e%2fsecret", "..%5Csecret", "x%00"])
async def test_nothing_outside_the_mailbox_is_shown(page: AsyncClient, folder: Path, name: str) -> None:
    """A name is letters, digits and hyphens: no way leads up."""
    await put(folder, "Hello")
    (folder.parent / "secret.eml").write_text("Subject: s3cret\n\ns3cret", "utf-8")

    response = await page.get(f"/dev/mailbox/{name}")

    assert response.status_code in {404, 422}
    assert "s3cret" not in response.text


@pytest.mark.parametrize("place", ["test", "production"])
async def test_it_is_not_there_elsewhere(serve: Serve, folder: Path, place: str) -> None:
    """Neither the list nor a mail."""
    name = await put(folder, "Hello")
    page = serve(
        environment=place,
        public_url="https://testserver",
        require_https=False,
        allow_console_email_in_production=True,
        mailbox_dir=str(folder),
    )

    codes = [
        (await page.get(f"/dev/mailbox{path}")).status_code for path in ("", f"/{name}", f"/{name}/html")
    ]

    assert [404] * 3 == codes
