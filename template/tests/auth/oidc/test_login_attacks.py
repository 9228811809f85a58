"""Logins that somebody else has a hand in: in the state, the code, the issuer or the way back."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response

from tests.fixtures.apps import PRODUCTION, Connect, MakeApp
from tests.fixtures.identity_provider import CLIENT_ID, IdentityProvider, SigningKey
from tests.fixtures.trail import AuditTrail

LOGIN, CALLBACK, ME = "/api/v1/auth/login", "/api/v1/auth/callback", "/api/v1/users/me"


async def leave(client: AsyncClient) -> dict[str, str]:
    """Begin a login; the question that the browser is sent to the provider with."""
    answer = await client.get(LOGIN)
    assert 303 == answer.status_code, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def allowed(provider: IdentityProvider, question: dict[str, str], subject: str = "victim") -> dict[str, str]:
    """What the browser brings back when the provider has let somebody in."""
    back = provider.visit(f"{provider.issuer}/authorize?{urlencode(question)}", sub=subject)
    return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


async def come_back(client: AsyncClient, answer: dict[str, str]) -> Response:
    return await client.get(CALLBACK, params=answer)


def refusal(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


FAILED = (400, "login_failed")


async def test_the_login_that_all_others_are_made_of_succeeds(
    client: AsyncClient, identity_provider: IdentityProvider
) -> None:
    """Or none of these tests would prove anything; and the browser sees no secret."""
    question = await leave(client)
    answer = await come_back(client, allowed(identity_provider, question))

    assert (303, "/") == (answer.status_code, answer.headers["location"])
    assert 200 == (await client.get(ME)).status_code
    assert {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": "http://127.0.0.1:8000/api/v1/auth/callback",
        "scope": "openid email profile",
        "code_challenge_method": "S256",
    } == {name: value for name, value in question.items() if name not in {"state", "nonce", "code_challenge"}}
    assert [43, 43, 43] == [len(question[name]) for name in ("state", "nonce", "code_challenge")]


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "x" * 43},
        {"state": ""},
        {"state": None},
        {"state": "é"},
        {"iss": "https://evil.example"},
        {"iss": ""},
        {"iss": None},
        {"code": "x" * 22},
        {"code": ""},
        {"code": None},
    ],
    ids=str,
)
async def test_what_comes_back_must_be_what_was_asked_for(
    client: AsyncClient,
    identity_provider: IdentityProvider,
    audit_trail: AuditTrail,
    changes: dict[str, str | None],
) -> None:
    """State (RFC 6749 10.12), issuer (RFC 9207) and code: with any other, nobody is logged in."""
    answer = {**allowed(identity_provider, await leave(client)), **changes}

    refused = await come_back(client, {name: value for name, value in answer.items() if value is not None})

    assert FAILED == refusal(refused)
    assert 401 == (await client.get(ME)).status_code
    [event] = await audit_trail("login")
    reason = {"state": "state", "iss": "issuer", "code": "code"}[next(iter(changes))]
    assert ("refused", {"reason": reason}) == (event.result, event.details)


async def test_nobody_is_logged_in_to_an_account_of_the_attackers(
    app: FastAPI, connect: Connect, identity_provider: IdentityProvider
) -> None:
    """Login CSRF: the attacker's whole answer, opened in the victim's browser, whatever has begun there."""
    attacker, victim = connect(app), connect(app)
    for begun in (False, True):
        if begun:
            await leave(victim)
        answer = allowed(identity_provider, await leave(attacker), "attacker")

        assert FAILED == refusal(await come_back(victim, answer))
        assert 401 == (await victim.get(ME)).status_code


async def test_a_stolen_code_is_of_no_use_to_another(
    app: FastAPI, connect: Connect, identity_provider: IdentityProvider
) -> None:
    """Code injection (RFC 9700 section 4.5): the verifier is that of another login."""
    attacker, victim = connect(app), connect(app)
    stolen = allowed(identity_provider, await leave(victim))["code"]
    own = allowed(identity_provider, await leave(attacker), "attacker")

    assert FAILED == refusal(await come_back(attacker, {**own, "code": stolen}))
    assert 401 == (await attacker.get(ME)).status_code


async def test_a_provider_without_pkce_leaves_the_nonce(
    app: FastAPI, connect: Connect, identity_provider: IdentityProvider
) -> None:
    """The same with a provider that does not look at the verifier: the ID token is of another login."""
    attacker, victim = connect(app), connect(app)
    stolen = allowed(identity_provider, await leave(victim))["code"]
    own = allowed(identity_provider, await leave(attacker), "attacker")
    grants = identity_provider.grants
    grants[stolen].question["code_challenge"] = grants[own["code"]].question["code_challenge"]

    assert FAILED == refusal(await come_back(attacker, {**own, "code": stolen}))


async def test_an_answer_is_good_once(
    app: FastAPI, connect: Connect, client: AsyncClient, identity_provider: IdentityProvider
) -> None:
    """Also for whoever has a copy of everything the browser has sent."""
    question = await leave(client)
    answer, copy = allowed(identity_provider, question), dict(client.cookies)
    thief = connect(app)
    thief.cookies.update(copy)

    assert 303 == (await come_back(client, answer)).status_code

    assert [FAILED, FAILED] == [refusal(await come_back(who, answer)) for who in (client, thief)]


async def test_a_failure_ends_the_attempt(client: AsyncClient, identity_provider: IdentityProvider) -> None:
    """The right answer comes too late then."""
    answer = allowed(identity_provider, await leave(client))

    assert FAILED == refusal(await come_back(client, {**answer, "iss": "https://evil.example"}))

    assert FAILED == refusal(await come_back(client, answer))


@pytest.mark.parametrize("attack", ["cut", "changed", "other", "twice", "spelt"])
async def test_the_cookie_of_a_login_cannot_be_made(
    client: AsyncClient, identity_provider: IdentityProvider, attack: str
) -> None:
    """It is signed, and two of one name are nobody's."""
    answer = allowed(identity_provider, await leave(client))
    [(name, value)] = client.cookies.items()
    signed, _, signature = value.partition(".")
    client.cookies.clear()
    forged = {
        "cut": f"{name}={signed}",
        "changed": f"{name}={signed[:-4]}AAAA.{signature}",
        "other": f"{name}=.{signature}",
        "twice": f"{name}={value}; {name}={value}",
        "spelt": f"{name.upper()}={value}",
    }[attack]

    refused = await client.get(CALLBACK, params=answer, headers={"Cookie": forged})

    assert FAILED == refusal(refused)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": 7},
        {"aud": "another-client"},
        {"aud": "https://api.example.com"},
        {"aud": [CLIENT_ID, "another-client"]},
        {"aud": [CLIENT_ID], "azp": "another-client"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
    ],
    ids=str,
)
async def test_wrong_id_tokens(
    client: AsyncClient, identity_provider: IdentityProvider, claims: dict[str, object]
) -> None:
    """OpenID Connect Core 3.1.3.7: issued by the provider, to this client, for this login."""
    answer = allowed(identity_provider, await leave(client))
    identity_provider.id_claims |= claims

    assert FAILED == refusal(await come_back(client, answer))


async def test_an_id_token_of_another_key(client: AsyncClient, identity_provider: IdentityProvider) -> None:
    """Though it came from the provider's own address."""
    answer = allowed(identity_provider, await leave(client))
    identity_provider.key = SigningKey(identity_provider.key.kid)

    assert FAILED == refusal(await come_back(client, answer))


async def test_an_access_token_is_no_id_token(
    client: AsyncClient, identity_provider: IdentityProvider
) -> None:
    """Its type says so."""
    question = await leave(client)
    answer = allowed(identity_provider, question)
    token = identity_provider.access_token("victim", aud=CLIENT_ID, nonce=question["nonce"])
    identity_provider.answers["/token"] = (200, b'{"id_token": "%s"}' % token.encode())

    assert FAILED == refusal(await come_back(client, answer))


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"id_token": 7}', b'{"id_token": "a.b.c"}'], ids=str)
async def test_nonsense_for_a_code(
    client: AsyncClient, identity_provider: IdentityProvider, body: bytes
) -> None:
    """Nobody is logged in, and nothing breaks."""
    answer = allowed(identity_provider, await leave(client))
    identity_provider.answers["/token"] = (200, body)

    assert (await come_back(client, answer)).status_code in {400, 503}
    assert 401 == (await client.get(ME)).status_code


async def test_a_refusal_of_the_provider_is_told(
    client: AsyncClient, identity_provider: IdentityProvider
) -> None:
    """Without its text, which an attacker may have written."""
    question = await leave(client)
    answer = {
        "error": "access_denied",
        "error_description": "Call <b>0900</b>",
        "state": question["state"],
        "iss": identity_provider.issuer,
    }

    refused = await come_back(client, answer)

    assert (403, "login_refused") == refusal(refused)
    assert "0900" not in refused.text


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        " //evil.example",
        "/a\\..\\..\\evil",
        "javascript:alert(1)",
        "evil.example",
        "@evil.example",
        ".evil.example",
        ":80",
        "",
        "/é",
        "/a b",
        "/a\r\nSet-Cookie: a=b",
        "/" + "a" * 1000,
    ],
    ids=ascii,
)
async def test_no_login_leads_elsewhere(client: AsyncClient, path: str) -> None:
    """Open redirect: only a path of our own is taken."""
    answer = await client.get(LOGIN, params={"return_to": path})

    assert (422, "/query/return_to") == (answer.status_code, answer.json()["errors"][0]["pointer"])


async def test_a_frontend_cannot_be_stretched(make_app: MakeApp, connect: Connect) -> None:
    """What follows FRONTEND_URL begins with a slash: no `.evil.example`, no `@evil.example`."""
    client = connect(make_app(frontend_url="https://app.example.com"))

    answers = [
        await client.get(LOGIN, params={"return_to": path}) for path in (".evil.example", "@evil.example")
    ]

    assert [422, 422] == [answer.status_code for answer in answers]


async def test_in_production_the_cookie_belongs_to_this_host(make_app: MakeApp, connect: Connect) -> None:
    """And is short-lived: Lax, since the way back begins at the provider."""
    client = connect(make_app(**PRODUCTION))
    client.base_url = "https://api.example.com"

    header = (await client.get(LOGIN)).headers["set-cookie"]

    assert header.startswith("__Host-")
    assert header.endswith("; Path=/; HttpOnly; SameSite=Lax; Max-Age=600; Secure")


async def test_a_session_known_before_is_not_taken_over(
    client: AsyncClient, identity_provider: IdentityProvider
) -> None:
    """Session fixation: each login has a session of its own, and the one before has ended."""
    values = []
    for _ in range(2):
        assert 303 == (await come_back(client, allowed(identity_provider, await leave(client)))).status_code
        values.append(dict(client.cookies))

    client.cookies.clear()
    client.cookies.update(values[0])

    assert values[0] != values[1]
    assert 401 == (await client.get(ME)).status_code
