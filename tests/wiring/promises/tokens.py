"""Access and refresh tokens: what makes one, and what a stolen one is worth."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from running import SECRET_KEY
from styles import PASSWORD
from wiring.cuts import Cut
from wiring.probes import ALONE, DEVELOPMENT, probe
from wiring.site import Site, User

AUTH = "/api/v1/auth"
ME = "/api/v1/users/me"
CHAIN = "app/auth/refresh_tokens.py"
TOKENS = "app/auth/access_tokens/tokens.py"
KEYS = "app/auth/access_tokens/keys.py"


def _refresh(site: Site, token: str) -> tuple[int, dict[str, Any]]:
    answer = site.anybody.post(f"{AUTH}/refresh", {"refresh_token": token}, Idempotency_Key="k")
    return answer.status, answer.json


@probe(
    DEVELOPMENT,
    Cut(CHAIN, "after_rollback(session, lambda own: end_login(own, session_id, user_id=user_id))", "pass"),
    Cut(
        CHAIN,
        "after_rollback(session, lambda own: end_login(own, session_id, user_id=user_id))",
        "await end_login(session, session_id, user_id=user_id)",
    ),
    Cut(
        CHAIN,
        ".where(RefreshToken.id == found.id, RefreshToken.used_at.is_(None))",
        ".where(RefreshToken.id == found.id)",
    ),
    Cut(CHAIN, "if login.revoked_at or found.disabled_at or min(", "if found.disabled_at or min("),
    Cut("app/db/session.py", "await self._after_rollback(session)", "pass"),
    Cut("app/auth/credentials.py", "@never_stored\n"),
    auth="jwt",
)
def stolen_refresh_token_ends_the_login(site: Site) -> None:
    """Each is good once and stored nowhere. Used again, all that came of the login is dead, and stays so."""
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
    assert second["refresh_token"] not in str(site.rows("SELECT * FROM idempotency_records"))


@probe(DEVELOPMENT, Cut(CHAIN, "if login.revoked_at or", "if"), auth="jwt")
def refresh_token_ends_with_its_login(site: Site) -> None:
    """By a logout, and by a new password: nobody goes on with what was stolen before."""
    left, changed = site.user(), site.user()
    assert left.post(f"{AUTH}/logout").status == 204
    change = {"current_password": PASSWORD, "new_password": f"{PASSWORD}, the next"}
    assert changed.post(f"{AUTH}/password", change).status == 200
    for user in (left, changed):
        assert _refresh(site, user.login["refresh_token"])[0] == 401


def _signed(header: Mapping[str, object], claims: Mapping[str, object], key: bytes) -> str:
    """A JWT signed with HMAC-SHA256 (RFC 7515), or with nothing where the header says so."""
    message = b".".join(
        urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in (header, claims)
    )
    signature = b"" if header["alg"] == "none" else hmac.digest(key, message, sha256)
    return (message + b"." + urlsafe_b64encode(signature).rstrip(b"=")).decode()


def _claims(user: User) -> dict[str, object]:
    return _part(user, 1)


def _header(user: User) -> dict[str, object]:
    return _part(user, 0)


def _part(user: User, number: int) -> dict[str, object]:
    part = user.login["access_token"].split(".")[number]
    return dict(json.loads(urlsafe_b64decode(part + "==")))


@probe(
    DEVELOPMENT,
    Cut(
        TOKENS,
        "claims = jwt.decode(token, self._key_of, algorithms=self._algorithms).claims",
        "import base64, json; claims = json.loads(base64.urlsafe_b64decode(token.split('.')[1] + '=='))",
    ),
    Cut(TOKENS, "or header != key.header:", "or False:"),
    Cut(TOKENS, "self._claims.validate(claims)", "pass"),
    Cut(TOKENS, 'iss={"essential": True, "value": settings.public_url},'),
    Cut(TOKENS, 'aud={"essential": True, "value": about.NAME},'),
    Cut(TOKENS, 'exp={"essential": True},'),
    auth="jwt",
)
def forged_token_is_refused(site: Site) -> None:
    """One key, one algorithm, one type, one issuer, one audience; nothing else is a token of ours."""
    user = site.user()
    key, header, claims = (
        hmac.digest(SECRET_KEY.encode(), b"access-token", sha256),
        _header(user),
        _claims(user),
    )
    without_end = {name: value for name, value in claims.items() if name != "exp"}

    def status(token: str) -> int:
        return user.having(Authorization=f"Bearer {token}").get(ME).status

    assert status(_signed(header, claims, key)) == 200, "made here as it is made there"
    for name, forged in {
        "no signature": _signed({**header, "alg": "none"}, claims, key),
        "another key": _signed(header, claims, b"another key"),
        "the secret itself": _signed(header, claims, SECRET_KEY.encode()),
        "another type": _signed({**header, "typ": "JWT"}, claims, key),
        "another issuer": _signed(header, {**claims, "iss": "https://evil.example"}, key),
        "another audience": _signed(header, {**claims, "aud": "another-api"}, key),
        "expired": _signed(header, {**claims, "exp": 1}, key),
        "without end": _signed(header, without_end, key),
        "no user": _signed(header, {**claims, "sub": "nobody"}, key),
        "another user": _signed(header, {**claims, "sub": _claims(site.user())["sub"]}, key),
    }.items():
        assert status(forged) == 401, name


PAIR = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
"""


@probe(
    ALONE,
    Cut("app/auth/credentials.py", "app.include_router(public_keys)", "pass"),
    Cut(TOKENS, "load(JwtSettings).keys or", "None or"),
    Cut("app/auth/access_tokens/endpoints.py", 'response.headers["Cache-Control"] = ', "_ = "),
    Cut(KEYS, 'return {**public, "kid": self.kid,', "return {**public,"),
    auth="jwt",
)
def public_keys_verify_a_token(site: Site) -> None:
    """With JWT_PRIVATE_KEYS, others find the public half and nothing more, and may keep it for a while."""
    with site.serving({"JWT_PRIVATE_KEYS": PAIR, "TRUSTED_PROXIES": "127.0.0.1"}) as signing:
        user = signing.user()
        answer = signing.anybody.get("/.well-known/jwks.json")
        assert user.get(ME).status == 200
    assert (answer.status, answer.header("Cache-Control")) == (200, "public, max-age=300")
    assert len(answer.json["keys"]) == 1
    key = answer.json["keys"][0]
    assert set(key) == {"kty", "crv", "x", "kid", "alg", "use"}
    header = _header(user)
    assert (header["alg"], header["kid"]) == (key["alg"], key["kid"]) == ("Ed25519", key["kid"])
    message, _, signature = user.login["access_token"].rpartition(".")
    public = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(key["x"] + "=="))
    public.verify(urlsafe_b64decode(signature + "=="), message.encode())
