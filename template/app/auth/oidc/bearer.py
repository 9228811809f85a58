"""Access tokens in requests: verified with the keys at hand, or with new ones behind the rate limit."""

from dataclasses import dataclass, field
from functools import cache

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import ASGIApp, Receive, Scope, Send

from app.auth.oidc.identity import VerifiedToken
from app.auth.oidc.keys import Keys
from app.auth.oidc.provider import Provider, provider
from app.auth.oidc.tokens import Tokens
from app.auth.principal import Principal
from app.errors import Unavailable


@dataclass(frozen=True)
class UnverifiedToken:
    """What may be a token of the provider's, signed with a key that is not at hand: nobody's, for now."""

    text: str = field(repr=False)
    caller = None

    async def principal(self, _session: AsyncSession) -> Principal | None:
        """Raise Unavailable: whether it is a good one cannot be told."""
        raise Unavailable("The keys of the identity provider cannot be had at the moment.", retry_after=10)


class BearerTokens:
    """Tells whose a token is."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._tokens = Tokens(provider.settings)

    def identify(self, token: str) -> VerifiedToken | UnverifiedToken | None:
        """Verify a token with the keys at hand. None when it is wrong, whatever the keys."""
        if (header := self._tokens.header(token)) is None:
            return None
        keys = self._provider.keys.fresh
        if keys is None or not keys.knows(header.get("kid")):
            return UnverifiedToken(token)
        return self._verified(token, keys)

    async def resolve(self, unverified: UnverifiedToken) -> VerifiedToken | UnverifiedToken | None:
        """Verify a token with newer keys, if there are any; unverified when the provider is away."""
        header = self._tokens.header(unverified.text) or {}
        keys = await self._provider.keys.newer()
        if keys is None or (self._provider.keys.failing and not keys.knows(header.get("kid"))):
            return unverified
        return self._verified(unverified.text, keys)

    def _verified(self, token: str, keys: Keys) -> VerifiedToken | None:
        claims = self._tokens.access_token(token, keys)
        return None if claims is None else VerifiedToken(claims)


@cache
def bearer_tokens() -> BearerTokens:
    """Those of the provider of this process. Raises SettingsError."""
    return BearerTokens(provider())


class KeysOnDemand:
    """Fetches the provider's keys when a token wants others than those at hand.

    It stands behind the rate limit, which counts such a token for its address, and before whatever tells
    callers apart for good: an Idempotency-Key belongs to whom the token names.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the verified identity into the scope."""
        if scope["type"] == "http" and isinstance(unverified := scope["identity"], UnverifiedToken):
            scope["identity"] = identity = await bearer_tokens().resolve(unverified)
            if identity is not None and identity.caller is not None:
                scope["caller"] = identity.caller
        await self.app(scope, receive, send)
