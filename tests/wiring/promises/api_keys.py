"""API keys: what a program may do with one, and for how long."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from wiring.client import Client
from wiring.cuts import Cut
from wiring.probes import DEVELOPMENT, probe
from wiring.site import Site, User

KEYS = "/api/v1/api-keys"
ME = "/api/v1/users/me"
INVOICES = "/api/v1/invoices"
FOLDER = "app/auth/api_keys"
PAST = datetime(2020, 1, 1, tzinfo=UTC)
IDENTITY = f"{FOLDER}/identity.py"
SERVICE = f"{FOLDER}/service.py"


def _key(user: User, *scopes: str) -> dict[str, Any]:
    answer = user.post(KEYS, {"name": "export", "scopes": list(scopes)})
    assert answer.status == 201, answer.text
    return dict(answer.json)


def _program(site: Site, key: str) -> Client:
    return site.anybody.having(Authorization=f"Bearer {key}")


@probe(
    DEVELOPMENT,
    Cut("app/auth/identify.py", "text.startswith(PREFIX)", "False"),
    Cut(IDENTITY, "scopes=frozenset(row.scopes)", "scopes=None"),
    Cut("app/auth/current_user.py", "principal.scopes is None if needed is None", "True if needed is None"),
    Cut("app/auth/principal.py", "or permission.name in self.scopes", "or True"),
    Cut(SERVICE, "scopes - self._grantable()", "set()"),
)
def api_key_does_what_its_scopes_say(site: Site) -> None:
    """It reads where it may read, writes nothing, makes no key, and nobody gives one more than they have."""
    user = site.user()
    user.invoice(number="of the owner")
    program = _program(site, _key(user, "invoices:read")["key"])
    listed = program.get(INVOICES)
    assert listed.status == 200, listed.text
    assert [item["number"] for item in listed.json["items"]] == ["of the owner"]
    assert program.get(ME).status == 403
    assert program.post(INVOICES, {}).status == 403
    assert program.post(KEYS, {"name": "another", "scopes": ["invoices:read"]}).status == 403
    assert program.post("/api/v1/auth/logout-all").status == 403
    assert user.post(KEYS, {"name": "greedy", "scopes": ["users:write"]}).status == 422


@probe(
    DEVELOPMENT,
    Cut(IDENTITY, 'ApiKey.expires_at > bindparam("now"),'),
    Cut(IDENTITY, "User.disabled_at.is_(None),"),
    Cut(SERVICE, "await self.keys.delete(key)", "pass"),
    Cut(SERVICE, "old.expires_at = min(", "_ = min("),
)
def dead_api_key_is_worthless(site: Site) -> None:
    """Revoked, expired, or of a disabled account; one that was rotated out ends within a day."""
    user = site.user()
    revoked, expired, rotated, last = (_key(user, "account:read") for _ in range(4))
    programs = [_program(site, key["key"]) for key in (revoked, expired, rotated, last)]

    def statuses() -> list[int]:
        return [program.get(ME).status for program in programs]

    assert statuses() == [200, 200, 200, 200]
    assert user.delete(f"{KEYS}/{revoked['id']}").status == 204
    site.write("UPDATE api_keys SET expires_at = ? WHERE id = ?", PAST, UUID(expired["id"]))
    assert user.post(f"{KEYS}/{rotated['id']}/rotation", {}).status == 201
    assert statuses() == [401, 401, 200, 200]
    ends = [user.get(f"{KEYS}/{key['id']}").json["expires_at"] for key in (rotated, last)]
    assert ends[0][:10] < ends[1][:10]  # a day against ninety
    site.write("UPDATE users SET disabled_at = ? WHERE email = ?", PAST, user.email)
    assert statuses() == [401, 401, 401, 401]


@probe(
    DEVELOPMENT,
    Cut(
        f"{FOLDER}/issuer.py",
        'if not any(hmac.compare_digest(shape["check"], _check(key, unchecked)) for key in self._keys):',
        "if False:",
    ),
    Cut(IDENTITY, "afterwards(session, partial(_note_use, self.key_id, now))", "pass"),
    Cut(IDENTITY, "if row is None or not right:", "if row is None:"),
    Cut(SERVICE, "key_hash=hash_token(key)", "key_hash=key"),
)
def api_key_is_known_by_its_hash(site: Site) -> None:
    """The last use is written down, the key is not; what was never issued is counted for its address."""
    user = site.user()
    key = _key(user, "account:read")
    assert user.get(f"{KEYS}/{key['id']}").json["last_used_at"] is None
    assert _program(site, key["key"]).get(ME).status == 200
    assert user.get(f"{KEYS}/{key['id']}").json["last_used_at"] is not None
    assert key["key"][-40:] not in str(site.rows("SELECT * FROM api_keys"))

    invented = key["key"][:-1] + ("a" if key["key"][-1] != "a" else "b")
    answer = _program(site, invented).get(ME)
    assert answer.error == (401, "invalid_credential")
    assert site.access_line(answer)["caller"].startswith("address:")
    site.write("UPDATE api_keys SET key_hash = ?", "0" * 64)
    assert _program(site, key["key"]).get(ME).error == (401, "invalid_credential")
