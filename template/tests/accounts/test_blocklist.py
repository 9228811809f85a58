"""Passwords that would be guessed are refused, with the reason; all others are taken."""

import subprocess
import sys
import unicodedata

import pytest
from httpx2 import AsyncClient, Response

from app import about
from app.accounts.blocklist import ExpectedPassword, refuse_expected
from app.db.migrations import ROOT
from tests.fixtures.mails import SentMails


def reason(password: str, email: str = "ada.lovelace@example.com", name: str | None = "Ada Lovelace") -> str:
    try:
        refuse_expected(password, "/body/password", email=email, name=name)
    except ExpectedPassword as error:
        [found] = error.extensions["errors"]
        return str(found["code"])
    return ""


@pytest.mark.parametrize("password", ["123456789987654321", "qwertyuiop12345", "1QAZ2WSX3EDC4RFV"])
def test_a_common_password_is_refused(password: str) -> None:
    """In capital letters, too."""
    assert "common" == reason(password)


@pytest.mark.parametrize(
    "password", ["passwordpassword", "PasswordPassword", "123456789012345", "qwertyqwertyqwe"]
)
def test_a_common_one_repeated_to_be_long_enough_is_refused(password: str) -> None:
    """The length it has to have makes that the first thing to try."""
    assert "common" == reason(password)


@pytest.mark.parametrize("password", ["a" * 15, "ababababababababa", "             "])
def test_a_few_characters_repeated_are_refused(password: str) -> None:
    """However long."""
    assert "repeated" == reason(password)


@pytest.mark.parametrize("password", [about.TITLE * 3, about.NAME, about.TITLE.upper()])
def test_the_name_of_the_service_is_refused(password: str) -> None:
    """It is what an attacker knows of every user."""
    assert "service_name" == reason(password)


@pytest.mark.parametrize(
    "password",
    [
        "ada.lovelace@example.com",
        "Ada.Lovelace@Example.com",
        "ada.lovelaceada.lovelace",
        "Ada Lovelace Ada Lovelace",
        "adalovelaceadalovelace",
        "example.comexample.com",
    ],
)
def test_what_the_account_itself_tells_is_refused(password: str) -> None:
    """Address and name, whole."""
    assert "own_name" == reason(password)


@pytest.mark.parametrize(
    "password",
    [
        "password horse battery",  # a part of it is on the list
        "my name is ada lovelace",
        f"{about.TITLE} is where I work",
        "correct horse battery staple",
        "пароль из слов ключ",
    ],
)
def test_only_the_whole_password_is_compared(password: str) -> None:
    """NIST SP 800-63B-4 section 3.1.1.2: the entire password, not a part of it."""
    assert not reason(password)


def test_without_a_name_nothing_is_expected_of_it() -> None:
    """An empty name is no password."""
    assert not reason("several words that differ", name=None)


async def register(client: AsyncClient, password: str) -> Response:
    body = {"email": "ada.lovelace@example.com", "password": password, "name": "Ada"}
    return await client.post("/api/v1/auth/register", json=body)


async def test_the_reason_is_told(client: AsyncClient, sent_mails: SentMails) -> None:
    """With the place and an advice, and without the password; no account is opened."""
    response = await register(client, "ada.lovelace@example.com")

    problem = response.json()
    [error] = problem["errors"]
    assert (422, "expected_password") == (response.status_code, problem["code"])
    assert ("/body/password", "own_name") == (error["pointer"], error["code"])
    assert error["detail"].endswith("several words that do not belong together, for example.")
    assert [] == await sent_mails()


async def test_a_password_has_one_spelling(client: AsyncClient, sent_mails: SentMails) -> None:
    """Composed or not: the keyboard decides, not the user (NFC)."""
    composed, decomposed = (unicodedata.normalize(form, "señor müller schläft") for form in ("NFC", "NFD"))
    assert composed != decomposed
    await register(client, decomposed)
    [mail] = await sent_mails()
    token = mail.text.split("\n\n")[2].splitlines()[0]
    await client.post("/api/v1/auth/verify-email", json={"token": token})

    answers = [
        await client.post(
            "/api/v1/auth/login", json={"email": "ada.lovelace@example.com", "password": password}
        )
        for password in (composed, decomposed)
    ]

    assert [200, 200] == [answer.status_code for answer in answers]


async def test_the_length_is_that_of_the_one_spelling(client: AsyncClient) -> None:
    """Each code point counts once (NIST SP 800-63B-4 section 3.1.1.2)."""
    fourteen = unicodedata.normalize("NFD", "ñandú más añil")

    response = await register(client, fourteen)

    assert len(fourteen) > 15
    assert (422, "string_too_short") == (response.status_code, response.json()["errors"][0]["code"])


def test_the_list_is_loaded_where_a_password_is_chosen() -> None:
    """Not at the start: it takes time and memory."""
    code = "import sys, app.accounts.password_endpoints; sys.exit('zxcvbn' in sys.modules)"

    assert 0 == subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode  # noqa: S603
