"""Logins: what a token is good for, and for how long."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from running import SECRET_KEY
from wiring.cuts import Cut
from wiring.probes import DEVELOPMENT, probe
from wiring.site import PASSWORD, Site, User

AUTH = "/api/v1/auth"
ME = "/api/v1/users/me"
SESSIONS = "app/auth/refresh_tokens.py"
CREDENTIALS = "app/auth/credentials.py"
CURRENT_USER = "app/auth/principal.py"


def _refresh(site: Site, token: str) -> tuple[int, dict[str, Any]]:
    answer = site.anybody.post(f"{AUTH}/refresh", {"refresh_token": token})
    return answer.status, answer.json


@probe(
    DEVELOPMENT,
    Cut(SESSIONS, "after_rollback(session, lambda own: end_login(own, session_id, user_id=user_id))", "pass"),
    Cut(
        SESSIONS,
        "after_rollback(session, lambda own: end_login(own, session_id, user_id=user_id))",
        "await end_login(session, session_id, user_id=user_id)",
    ),
    Cut(
        SESSIONS,
        ".where(RefreshToken.id == found.id, RefreshToken.used_at.is_(None))",
        ".where(RefreshToken.id == found.id)",
    ),
    Cut(SESSIONS, "if login.revoked_at or found.disabled_at or min(", "if found.disabled_at or min("),
    Cut("app/db/session.py", "await self._after_rollback(session)", "pass"),
)
def stolen_refresh_token_ends_the_login(site: Site) -> None:
    """Each is good once. Used again, everything that came of the login is dead, and stays so."""
    user = site.user()
    status, second = _refresh(site, user.login["refresh_token"])
    assert (status, second["token_type"]) == (200, "Bearer")
    assert second["refresh_token"] != user.login["refresh_token"]
    newer = user.having(Authorization=f"Bearer {second['access_token']}")
    assert (user.get(ME).status, newer.get(ME).status) == (200, 200)
    assert _refresh(site, user.login["refresh_token"])[0] == 401
    assert _refresh(site, second["refresh_token"])[0] == 401
    assert (user.get(ME).status, newer.get(ME).status) == (401, 401)
    assert second["refresh_token"] not in str(site.rows("SELECT * FROM refresh_tokens"))


@probe(
    DEVELOPMENT,
    Cut(CURRENT_USER, "LoginSession.revoked_at.is_(None),"),
    Cut(
        "app/auth/session_endpoints.py",
        "    await end_login(session, current.session_id, user_id=current.id)\n",
        "    pass\n",
    ),
)
def logout_kills_the_access_token(site: Site) -> None:
    """At once, and the refresh token with it; another login of the same user goes on."""
    user = site.user()
    other = site.anybody.post(f"{AUTH}/login", {"email": user.email, "password": PASSWORD}).json
    assert user.post(f"{AUTH}/logout").status == 204
    assert user.get(ME).error == (401, "invalid_credential")
    assert _refresh(site, user.login["refresh_token"])[0] == 401
    assert user.having(Authorization=f"Bearer {other['access_token']}").get(ME).status == 200


@probe(
    DEVELOPMENT,
    Cut(CURRENT_USER, "User.disabled_at.is_(None),"),
    Cut(CURRENT_USER, 'LoginSession.expires_at > bindparam("now"),'),
)
def access_ends_with_the_account_and_the_login(site: Site) -> None:
    """A closed account and an old login are out, however valid their tokens."""
    closed, old = site.user(), site.user()
    for user, statement in (
        (closed, "UPDATE users SET disabled_at = created_at WHERE email = ?"),
        (
            old,
            "UPDATE login_sessions SET expires_at = created_at "
            "WHERE user_id = (SELECT id FROM users WHERE email = ?)",
        ),
    ):
        assert user.get(ME).status == 200
        site.write(statement, user.email)
        assert user.get(ME).error == (401, "invalid_credential")


def _signed(header: Mapping[str, object], claims: Mapping[str, object], key: bytes) -> str:
    """A JWT signed with HMAC-SHA256 (RFC 7515), or with nothing where the header says so."""
    message = b".".join(
        urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in (header, claims)
    )
    signature = b"" if header["alg"] == "none" else hmac.digest(key, message, sha256)
    return (message + b"." + urlsafe_b64encode(signature).rstrip(b"=")).decode()


def _claims(user: User) -> dict[str, object]:
    payload = user.login["access_token"].split(".")[1]
    return dict(json.loads(urlsafe_b64decode(payload + "==")))


UNVERIFIED = """import base64, json
            parts = [json.loads(base64.urlsafe_b64decode(each + "==")) for each in token.split(".")[:2]]
            decoded = type("Unverified", (), {"header": parts[0], "claims": parts[1]})"""


@probe(
    DEVELOPMENT,
    Cut(CREDENTIALS, "decoded = jwt.decode(token, self._key, algorithms=[ALGORITHM])", UNVERIFIED),
    Cut(CREDENTIALS, 'if decoded.header.get("typ") != TYPE:', "if False:"),
    Cut(CREDENTIALS, "self._claims.validate(decoded.claims)", "pass"),
    Cut(CREDENTIALS, 'iss={"essential": True, "value": settings.public_url},'),
    Cut(CREDENTIALS, 'aud={"essential": True, "value": about.NAME},'),
    Cut(CREDENTIALS, 'exp={"essential": True},'),
)
def forged_token_is_refused(site: Site) -> None:
    """One key, one algorithm, one type, one issuer, one audience; nothing else is a token of ours."""
    user = site.user()
    key, header, claims = (
        hmac.digest(SECRET_KEY.encode(), b"access-token", sha256),
        {"alg": "HS256", "typ": "at+jwt"},
        _claims(user),
    )
    without_end = {name: value for name, value in claims.items() if name != "exp"}

    def status(token: str) -> int:
        return user.having(Authorization=f"Bearer {token}").get(ME).status

    assert status(_signed(header, claims, key)) == 200, "made here as it is made there"
    for name, forged in {
        "no signature": _signed({"alg": "none", "typ": "at+jwt"}, claims, key),
        "another key": _signed(header, claims, b"another key"),
        "the secret itself": _signed(header, claims, SECRET_KEY.encode()),
        "another type": _signed({"alg": "HS256", "typ": "JWT"}, claims, key),
        "another issuer": _signed(header, {**claims, "iss": "https://evil.example"}, key),
        "another audience": _signed(header, {**claims, "aud": "another-api"}, key),
        "expired": _signed(header, {**claims, "exp": 1}, key),
        "without end": _signed(header, without_end, key),
        "no user": _signed(header, {**claims, "sub": "nobody"}, key),
        "another user": _signed(header, {**claims, "sub": _claims(site.user())["sub"]}, key),
    }.items():
        assert status(forged) == 401, name
