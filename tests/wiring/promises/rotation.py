"""Secrets that change: nobody is logged out by it, and no program needs another key."""

from uuid import uuid4

from running import SECRET_KEY
from wiring.cuts import Cut
from wiring.probes import ALONE, probe
from wiring.site import Site, User, invoice

ME = "/api/v1/users/me"
KEYS = "/api/v1/api-keys"
INVOICES = "/api/v1/invoices"
NEW = {"SECRET_KEY": "the-next-secret-of-these-tests-9876543210"}


@probe(
    ALONE,
    Cut("app/settings.py", "(self.secret_key, *self.secret_key_fallbacks)", "(self.secret_key,)"),
    Cut("app/auth/access_tokens/tokens.py", "{key.kid: key for key in keys}", "{keys[0].kid: keys[0]}"),
    Cut(
        "app/auth/cookies/cookie.py",
        "for signing_key, covering_key in self._keys:",
        "for signing_key, covering_key in self._keys[:1]:",
        on="session",
    ),
    Cut("app/auth/api_keys/issuer.py", "for key in self._keys):", "for key in self._keys[:1]):"),
    Cut("app/pagination/cursor.py", "for key in self._keys):", "for key in self._keys[:1]):"),
    Cut("app/http/idempotency.py", "not in hashes:", "not in hashes[:1]:"),
)
def older_secret_is_still_good(site: Site) -> None:
    """As long as it is in SECRET_KEY_FALLBACKS: for logins, API keys, cursors and what is sent again."""
    key, body = {"Idempotency_Key": uuid4().hex}, invoice()
    with site.serving({}) as before:
        user = before.user()
        assert user.post(INVOICES, body, **key).status == 201
        assert user.invoice().status == 201
        cursor = user.get(f"{INVOICES}?limit=1").json["next_cursor"]
        scopes = {"name": "export", "scopes": ["account:read"]}
        api_key = {"Authorization": f"Bearer {user.post(KEYS, scopes).json['key']}"}

    def statuses(site: Site) -> list[int]:
        here = User(site.server, user.headers)
        program = site.anybody.having(**api_key)
        return [
            here.get(ME).status,
            program.get(ME).status,
            here.get(f"{INVOICES}?limit=1&cursor={cursor}").status,
            here.post(INVOICES, body, **key).status,
        ]

    with site.serving({**NEW, "SECRET_KEY_FALLBACKS": SECRET_KEY}) as after:
        assert statuses(after) == [200, 200, 200, 201]
    with site.serving(NEW) as alone:
        assert statuses(alone)[:2] == [401, 401]
