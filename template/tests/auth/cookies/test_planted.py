"""Cookies that somebody else has set, or may have; and how ours keeps apart."""

import pytest
from fastapi import FastAPI

from tests.auth.cookies.attacker import ATTACKER, NAME, VICTIM, ask, given, whoami
from tests.auth.cookies.entrance import enter, knock
from tests.fixtures.accounts import AddUser
from tests.fixtures.apps import PRODUCTION, MakeApp

NEARLY = [
    *(NAME.upper(), NAME.title(), f" {NAME} ", f"{NAME}\t", f'"{NAME}"', f"$Version=1; $Path=/; {NAME}x"),
    *(f"x{NAME}", f"{NAME}x", f"__Host-{NAME}", f"__Secure-{NAME}", f"__Host-__Host-{NAME}"),
    *(
        f"\u2000{NAME}",
        f"\u00a0{NAME}",
        f"\x85{NAME}",
        f"\x0b{NAME}",
        f"\x1f{NAME}",
        f"%{ord(NAME[0]):x}{NAME[1:]}",
    ),
    *(f"a,{NAME}", f"a={NAME}", f"={NAME}", f"__host-{NAME}", f"__HOST-{NAME}"),
]


@pytest.fixture(autouse=True)
async def accounts(add_user: AddUser) -> None:
    await add_user(VICTIM)
    await add_user(ATTACKER)


async def test_nothing_but_what_must_stands_in_the_header(app: FastAPI) -> None:
    """No Domain (siblings would get it), no Max-Age and no Expires (it is no timeout)."""
    header = given(await knock(app, VICTIM))

    value = header[len(NAME) + 1 :].split(";")[0]
    assert f"{NAME}={value}; Path=/; HttpOnly; SameSite=Lax" == header


async def test_nor_in_production(make_app: MakeApp) -> None:
    """Where it has the prefix that binds it to this host, and what the prefix asks for."""
    app = make_app(**PRODUCTION)
    header = given(await knock(app, VICTIM))

    value = header[len(f"__Host-{NAME}=") :].split(";")[0]
    assert f"__Host-{NAME}={value}; Path=/; HttpOnly; SameSite=Lax; Secure" == header

    cookie = f"__Host-{NAME}={value}"
    cleared = given(await ask(app, "POST", "/auth/logout", cookie))
    assert f"__Host-{NAME}=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0" == cleared


@pytest.mark.parametrize("name", NEARLY, ids=ascii)
async def test_a_name_that_is_nearly_right_is_another_cookie(app: FastAPI, name: str) -> None:
    """What a lenient parser would take for it, a browser lets others set."""
    value = await enter(app, VICTIM)
    assert VICTIM == await whoami(app, f"{NAME}={value}")

    assert "unauthorized" == await whoami(app, f"{name}={value}".encode())


@pytest.mark.parametrize("name", [NAME, *NEARLY], ids=ascii)
async def test_in_production_only_the_prefixed_name_counts(make_app: MakeApp, name: str) -> None:
    """No sibling domain can set it; what it can set is not looked at."""
    app = make_app(**PRODUCTION)
    value = await enter(app, VICTIM)
    assert VICTIM == await whoami(app, f"__Host-{NAME}={value}")

    outcome = await whoami(app, f"{name}={value}".encode())

    assert (VICTIM if name == f"__Host-{NAME}" else "unauthorized") == outcome


@pytest.mark.parametrize("twice", ["{hers}; {his}", "{his}; {hers}", "{hers}; {hers}", "{his}; a=b; {hers}"])
async def test_two_of_one_name_are_nobodys(app: FastAPI, twice: str) -> None:
    """One of them was planted. The owner logs in again, which replaces at least her own."""
    hers, his = f"{NAME}={await enter(app, VICTIM)}", f"{NAME}={await enter(app, ATTACKER)}"

    header = twice.format(hers=hers, his=his)

    assert "invalid_credential" == await whoami(app, header)
    assert "invalid_credential" == await whoami(app, *header.split("; "))  # as HTTP/2 may send them
    refused = await ask(app, "PATCH", "/users/me", header, json={"name": "evil"})
    assert 401 == refused.status_code


async def test_another_cookie_in_a_field_of_its_own_hides_nothing(app: FastAPI) -> None:
    """HTTP/2 may send each in its own."""
    hers = f"{NAME}={await enter(app, VICTIM)}"

    assert [VICTIM, VICTIM] == [await whoami(app, "a=b", hers), await whoami(app, hers, "a=b")]


async def test_a_cookie_known_before_the_login_is_not_taken_over(app: FastAPI) -> None:
    """Neither one that an attacker made up nor one that he was given: hers is new, and his has ended."""
    his = await enter(app, ATTACKER)

    for planted in (his, "A" * 84, "known"):
        hers = await enter(app, VICTIM, f"{NAME}={planted}")

        assert hers != planted
        assert VICTIM == await whoami(app, f"{NAME}={hers}")
        assert "invalid_credential" == await whoami(app, f"{NAME}={planted}")
