"""An external identity provider: which tokens let in, whose account they open, and whose login it is."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.cookies import SimpleCookie
from time import time
from urllib.parse import parse_qs, urlencode, urlsplit

from wiring.client import Answer, Client
from wiring.cuts import Cut
from wiring.issuer import Issuer, issuer, new_key
from wiring.probes import OIDC, probe
from wiring.site import Site

ME, USERS, AUTH = "/api/v1/users/me", "/api/v1/users", "/api/v1/auth"
TOKENS, USERS_OF, LOGIN = (f"app/auth/oidc/{name}.py" for name in ("tokens", "users", "login"))
ENDPOINTS = "app/auth/oidc/endpoints.py"
UNVERIFIED = """claims = __import__("json").loads(
                __import__("base64").urlsafe_b64decode(token.split(".")[1] + "==")
            )"""


@contextmanager
def _served(site: Site) -> Iterator[tuple[Site, Issuer]]:
    with issuer() as provider, site.serving(provider.settings) as served:
        yield served, provider


def _bearing(site: Site, token: str) -> Client:
    return site.anybody.having(Authorization=f"Bearer {token}")


def _unsigned(claims: Mapping[str, object]) -> str:
    parts = [
        urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode()
        for each in ({"alg": "none", "typ": "at+jwt", "kid": "1"}, claims)
    ]
    return ".".join((*parts, ""))


@probe(
    OIDC,
    Cut(TOKENS, "claims = jwt.decode(token, keys.all, algorithms=ALGORITHMS).claims", UNVERIFIED),
    Cut(TOKENS, "self._access.validate(claims)", "pass"),
    Cut(TOKENS, "kind == self._settings.oidc_token_type.lower()", "True"),
    Cut(TOKENS, 'options["iss"]["value"], options["aud"]["value"] = settings.oidc_issuer, audience', "pass"),
    Cut(TOKENS, '_ESSENTIAL = ("iss", "aud", "exp",', '_ESSENTIAL = ("iss", "aud",'),
    auth="oidc",
)
def token_of_the_provider_is_checked(site: Site) -> None:
    """One issuer, one audience, one type, its own keys; nothing else is a token for this service."""
    with _served(site) as (served, provider):
        good = provider.claims("Ann")
        assert _bearing(served, provider.token(good)).get(ME).status == 200
        for name, forged in {
            "no signature": _unsigned(good),
            "another key": provider.token(good, key=new_key()),
            "another type": provider.token(good, "JWT"),
            "another issuer": provider.token({**good, "iss": "https://evil.example"}),
            "another audience": provider.token({**good, "aud": "https://other.example"}),
            "expired": provider.token({**good, "exp": 1}),
            "without end": provider.token({key: value for key, value in good.items() if key != "exp"}),
        }.items():
            assert _bearing(served, forged).get(ME).error == (401, "invalid_credential"), name


@probe(
    OIDC,
    Cut(
        USERS_OF,
        'user = await users.ensure(session, f"{claims.key_hash[:40]}@{DOMAIN}")',
        'user = await users.ensure(session, claims.email or "x@example.com")',
    ),
    Cut(USERS_OF, "if claims.role != user.role:", "if False:"),
    Cut("app/auth/oidc/identity.py", "if row is None or row.disabled_at is not None:", "if row is None:"),
    Cut("app/auth/oidc/claims.py", ' if claims.get("email_verified") is True else None'),
    auth="oidc",
)
def account_is_known_by_subject(site: Site) -> None:
    """Never by its address; its role is what the newest token says, and who is disabled stays out."""
    taken = site.account()
    with _served(site) as (served, provider):
        ann = _bearing(served, provider.token(provider.claims("Ann", email=taken, email_verified=True)))
        assert ann.get(ME).json["email"] != taken
        bob = _bearing(served, provider.token(provider.claims("Bob", email="bob@example.com")))
        assert bob.get(ME).json["email"] != "bob@example.com"
        statuses = [
            _bearing(served, provider.token(provider.claims("Ann", iat=int(time()) + after, roles=roles)))
            .get(USERS)
            .status
            for after, roles in ((1, ["admin"]), (2, []))
        ]
        assert statuses == [200, 403]
        served.write("UPDATE users SET disabled_at = created_at WHERE email = ?", bob.get(ME).json["email"])
        assert bob.get(ME).error == (401, "invalid_credential")


@probe(
    OIDC,
    Cut(LOGIN, 'if not compare_digest((answer.state or "").encode(), flight.state.encode()):', "if False:"),
    Cut(LOGIN, "return answer.issuer == metadata.issuer", "return True"),
    Cut(LOGIN, '"code_challenge": flight.code_challenge,', '"code_challenge": "x",'),
    Cut(TOKENS, ' or not compare_digest(claims["nonce"].encode(), nonce.encode())'),
    Cut(ENDPOINTS, r'pattern=r"^/([!-.0-\[\]-~][!-\[\]-~]*)?$",'),
    Cut(ENDPOINTS, 'response.headers.append("Set-Cookie", FlightCookies(settings).setting(flight))', "pass"),
    auth="oidc",
)
def login_belongs_to_the_browser_that_began_it(site: Site) -> None:
    """No other state, issuer, code or nonce ends in a session, and no way back leads to another host."""
    with _served(site) as (served, provider):
        assert _come_back(served, provider).status == 303
        assert _come_back(served, provider, state="x").error == (400, "login_failed")
        assert _come_back(served, provider, iss="https://evil.example").error == (400, "login_failed")
        assert _come_back(served, provider, code="x").error == (400, "login_failed")
        provider.nonce = "of another login"
        assert _come_back(served, provider).error == (400, "login_failed")
        for path in ("https://evil.example", "//evil.example", "/\\evil.example"):
            query = urlencode({"return_to": path})
            assert served.anybody.get(f"{AUTH}/login?{query}").status == 422, path


def _come_back(site: Site, provider: Issuer, **changes: str) -> Answer:
    """Leave for the provider, be let in, and come back with an answer that is changed."""
    browser = site.anybody
    leaving = browser.get(f"{AUTH}/login?return_to=/docs")
    address = str(leaving.header("Location"))
    state = parse_qs(urlsplit(address).query)["state"][0]
    cookies = SimpleCookie(leaving.header("Set-Cookie"))
    kept = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
    answer = {"code": provider.code(address), "state": state, **changes}
    return browser.get(f"{AUTH}/callback?{urlencode(answer)}", Cookie=kept)
