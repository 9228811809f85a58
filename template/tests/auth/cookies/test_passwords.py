"""Session cookies where a password gives them."""

import pytest
from fastapi import FastAPI

from tests.auth.cookies.attacker import NAME, VICTIM, ask, whoami
from tests.auth.cookies.browser import REFUSED, Browser
from tests.auth.cookies.entrance import PASSWORD, enter
from tests.fixtures.accounts import AddUser

NEW_PASSWORD = "battery of horses, correct"
ACCOUNT = {"email": VICTIM, "password": PASSWORD}


@pytest.fixture(autouse=True)
async def account(add_user: AddUser) -> None:
    await add_user(VICTIM)


@pytest.mark.parametrize("headers", REFUSED, ids=str)
async def test_nobody_is_logged_in_to_an_account_of_the_attackers(
    app: FastAPI, headers: dict[str, str]
) -> None:
    """What the user types then, the attacker reads. No cookie is given, and no login opened."""
    answer = await Browser(app).send("POST", "/auth/login", headers, json=ACCOUNT)

    assert (403, "csrf_refused") == (answer.status_code, answer.json()["code"])
    assert "set-cookie" not in answer.headers


async def test_a_login_that_fails_ends_nothing(app: FastAPI) -> None:
    """Nobody loses a session by a wrong password."""
    hers = f"{NAME}={await enter(app, VICTIM)}"

    wrong = await ask(app, "POST", "/auth/login", hers, json={"email": VICTIM, "password": "wrong"})

    assert (401, VICTIM) == (wrong.status_code, await whoami(app, hers))


async def test_a_copy_of_the_cookie_dies_with_a_new_password(app: FastAPI) -> None:
    """Though the login itself goes on for whoever changed it."""
    stolen = f"{NAME}={await enter(app, VICTIM)}"
    change = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}

    answer = await ask(app, "POST", "/auth/password", stolen, json=change)

    fresh = answer.headers["set-cookie"].split(";")[0]
    assert ["invalid_credential", VICTIM] == [await whoami(app, stolen), await whoami(app, fresh)]
